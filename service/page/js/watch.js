// Tells of errors of the page itself, in words. It is no module, so that it runs even where no module loads.

(function () {
  "use strict";
  var NOT_LOADED = "A part of this page could not be loaded. Are you connected? Load the page again.";
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

  function told(message) {
    var missing = /dynamically imported module|importing a module script/i.test(message);
    tell(missing ? NOT_LOADED : "This page has a fault: " + message);
  }

  window.warpackTell = tell;

  window.addEventListener(
    "error",
    function (event) {
      var from = event.target;
      if (from && from !== window && (from.src || from.href)) tell(NOT_LOADED);
      else if (event.message && !/ResizeObserver loop/.test(event.message)) told(event.message); // that one is harmless
    },
    true,
  );

  window.addEventListener("unhandledrejection", function (event) {
    var reason = event.reason || {};
    if (reason.name === "AbortError") return;
    if (reason.problem) tell(String(reason.message));
    else told(String(reason.message || reason));
    event.preventDefault();
  });
})();
