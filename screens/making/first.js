// Runs before all else, in every browser that there is: written in ECMAScript 5. Where the page's own script can't be read, it
// says so instead of leaving the screen blank; where a part of it did not arrive, it loads the page again.
(function () {
  var AGAIN = 15000; // milliseconds
  var old = false;
  var missing = false;
  var page = document.documentElement;

  function empty() {
    var app = document.getElementById("app");
    return !app || !app.firstChild || app.className === "told";
  }

  function tell(chinese, english) {
    var app = document.getElementById("app");
    if (!app || !empty() || app.className === "told") return;
    app.className = "told";
    app.style.cssText =
      "position:fixed;top:0;right:0;bottom:0;left:0;padding:12vh 8vw;background:#2b0308;color:#fff4e0;" +
      "font:bold 30px/1.6 sans-serif;font:bold 5vmin/1.6 sans-serif;text-align:center";
    var texts = [chinese, english];
    for (var index = 0; index < texts.length; index += 1) {
      var line = document.createElement("p");
      if (index === 1) line.lang = "en";
      line.appendChild(document.createTextNode(texts[index]));
      app.appendChild(line);
    }
  }

  function look() {
    if (!empty()) return;
    if (old) {
      tell(
        "这台设备的浏览器版本太旧，无法显示本页面。请换用 Chromium 内核 /* chromium */ 或更新版本的浏览器。",
        "This browser is too old for this page. Use one that is based on Chromium /* chromium */ or newer."
      );
    } else if (missing) {
      tell("页面没有读全，正在自动重试。", "A part of this page did not arrive; trying again.");
    }
  }

  page.setAttribute("translate", "no");
  if (!("noModule" in document.createElement("script")) || !window.Promise || !window.Promise.allSettled) old = true;
  window.addEventListener(
    "error",
    function (event) {
      var target = event.target;
      if (target && target !== window && (target.tagName === "SCRIPT" || target.tagName === "LINK")) {
        if (!missing) setTimeout(function () { if (empty()) location.reload(); }, AGAIN);
        missing = true;
      } else if (/SyntaxError/.test(String(event.message))) {
        old = true;
      }
      look();
    },
    true
  );
  window.addEventListener("load", look);
})();
