// The place where the manifest is edited: a plain text area, until the code editor is there.

export class EditorBox {
  /** `area`: the textarea. `onChange(text, anew)` is called for what the user does, `onSubmit()` for Ctrl+Enter. `anew`:
   *  all of the text before was selected, and is gone. */
  constructor(area, { onChange, onSubmit }) {
    this.area = area;
    this.onChange = onChange;
    this.onSubmit = onSubmit;
    this.code = null;
    this.format = "json";
    this.findings = [];
    let all = false;
    area.addEventListener("beforeinput", () => (all = area.selectionStart === 0 && area.selectionEnd === area.value.length));
    area.addEventListener("input", () => onChange(area.value, all));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onSubmit();
      }
    });
  }

  get text() {
    return this.code ? this.code.text : this.area.value;
  }

  /** Another text; the editor's own undo brings the one before back. */
  set text(text) {
    if (this.code) this.code.text = text;
    else this.area.value = text;
  }

  /** Loads the code editor in place of the text area. `helper`: { schema(), manifest() } for completion. */
  async enrich(helper) {
    const { CodeEditor } = await import("./code.js");
    const had = document.activeElement === this.area;
    const at = this.area.selectionStart;
    this.code = new CodeEditor(this.area.parentElement, { text: this.area.value, helper, onChange: this.onChange, onSubmit: this.onSubmit });
    this.code.setFormat(this.format);
    this.code.setFindings(this.findings);
    this.area.hidden = true;
    if (had) this.code.focus(at);
  }

  /** The language that is coloured and completed. */
  setFormat(format) {
    this.format = format;
    this.code?.setFormat(format);
  }

  /** Findings: { line, column, message, severity: "error" | "warning" }; `line` may be null. */
  setFindings(findings) {
    this.findings = findings;
    this.code?.setFindings(findings);
    this.area.setAttribute("aria-invalid", String(findings.some((each) => each.severity === "error")));
  }

  /** Puts the cursor there, and the place into view. Lines and columns count from 1. */
  goTo(line, column) {
    if (this.code) return this.code.goTo(line, column);
    const lines = this.area.value.split("\n");
    const row = Math.min(line, lines.length) - 1;
    const start = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0) + Math.max((column ?? 1) - 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start);
    this.area.scrollTop = (this.area.scrollHeight / lines.length) * Math.max(row - 3, 0);
  }
}
