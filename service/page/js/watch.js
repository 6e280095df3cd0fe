// Tells of errors of the page itself, in words. It is no module, so that it runs even where no module loads.

(function () {
  "use strict";
  var shown = {};

  /** Shows a sentence at the top of the page. Each is shown once until it is closed. */
  function tell(sentence) {
    if (shown[sentence]) return;
    shown[sentence] = true;
    var place = document.getElementById("trouble");
    if (!place) {
      document.addEventListener("DOMContentLoaded", function () {
        delete shown[sentence];
        tell(sentence);
      });
      return;
    }
    var line = document.createElement("p");
    line.className = "trouble";
    line.append(sentence + " ");
    var close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", function () {
      delete shown[sentence];
      line.remove();
    });
    line.append(close);
    place.append(line);
  }

  window.warpackTell = tell;

  window.addEventListener(
    "error",
    function (event) {
      var from = event.target;
      if (from && from !== window && (from.src || from.href)) {
        tell("A part of this page could not be loaded (" + String(from.src || from.href).split("/").pop() + "). Load the page again.");
      } else if (event.message) {
        if (/ResizeObserver loop/.test(event.message)) return; // the browser's note to authors, harmless
        tell("This page has a fault: " + event.message);
      }
    },
    true,
  );

  window.addEventListener("unhandledrejection", function (event) {
    var reason = event.reason || {};
    if (reason.name === "AbortError") return;
    tell(reason.problem ? String(reason.message) : "This page has a fault: " + String(reason.message || reason));
    event.preventDefault();
  });
})();
