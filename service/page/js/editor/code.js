// The code editor. It lives in a shadow root: there its style sheets may be made by script, which the page's policy
// forbids elsewhere.

import {
  Compartment, EditorState, EditorView, HighlightStyle, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap,
  completionKeymap, defaultKeymap, drawSelection, foldGutter, foldKeymap, highlightActiveLine, highlightActiveLineGutter,
  highlightSelectionMatches, history, historyKeymap, hoverTooltip, indentOnInput, json, keymap, lineNumbers, lintGutter,
  lintKeymap, searchKeymap, setDiagnostics, syntaxHighlighting, tags, yaml,
} from "../../vendor/codemirror.js";
import { completing, explaining } from "./completion.js";

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-value)" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--text)", backgroundColor: "var(--ground)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--dim)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ".cm-selectionMatch": { backgroundColor: "var(--hover)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--panel)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-tooltip-hover": { maxWidth: "30rem", padding: "4px 8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--panel)", borderColor: "var(--line)", color: "var(--dim)" },
  ".cm-panel button, .cm-panel input": { font: "inherit", color: "inherit" },
});

/** Whether all of the text was selected, and is gone now. */
function replacedAll({ startState, transactions }) {
  const { from, to } = startState.selection.main;
  const goes = transactions.some((each) => ["input.type", "input.paste", "delete"].some((kind) => each.isUserEvent(kind)));
  return goes && from === 0 && to === startState.doc.length;
}

export class CodeEditor {
  constructor(place, { text, helper, onChange, onSubmit }) {
    const host = document.createElement("div");
    host.className = "code";
    place.append(host);
    this.language = new Compartment();
    this.silent = false;
    this.format = "json";
    const at = () => ({ format: this.format, ...helper });
    this.view = new EditorView({
      parent: host.attachShadow({ mode: "open" }),
      root: host.shadowRoot,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([{ key: "Mod-Enter", run: () => (onSubmit(), true) }]),
          lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(),
          history(), indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(),
          autocompletion({ override: [(context) => completing(context, at())], icons: false }),
          hoverTooltip((view, position) => explaining(view, position, at())),
          syntaxHighlighting(COLOURS), LOOK, EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "Manifest", tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.silent) onChange(this.text, replacedAll(update));
          }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap]),
          this.language.of([]),
        ],
      }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    if (text === this.text) return;
    this.silent = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
    this.silent = false;
  }

  setFormat(format) {
    if (format === this.format && this.coloured) return;
    this.format = format;
    this.coloured = true;
    const language = { json, yaml }[format];
    this.view.dispatch({ effects: this.language.reconfigure(language ? language() : []) });
  }

  setFindings(findings) {
    const { doc } = this.view.state;
    const shown = findings.filter((each) => each.line !== null).map(({ line, column, message, severity }) => {
      const row = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const from = Math.min(row.from + Math.max((column ?? 1) - 1, 0), row.to);
      const token = /^("(?:[^"\\]|\\.)*"?|[\w.+-]+)/.exec(row.text.slice(from - row.from));
      const to = column === null ? row.to : Math.min(from + (token?.[0].length ?? 1), row.to);
      return { from, to: Math.max(to, from), severity, message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, shown.sort((a, b) => a.from - b.from)));
  }

  goTo(line, column) {
    const { doc } = this.view.state;
    const row = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = Math.min(row.from + Math.max((column ?? 1) - 1, 0), row.to);
    this.view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.view.focus();
  }

  focus(at = 0) {
    this.view.dispatch({ selection: { anchor: Math.min(at, this.view.state.doc.length) } });
    this.view.focus();
  }
}
