/* Written for browsers of any age: if they could not read the page's script, say so instead of staying blank. */
(function () {
  function speak() {
    if (!document.documentElement.hasAttribute("data-understood")) {
      document.getElementById("too-old").removeAttribute("hidden");
    }
  }
  window.addEventListener("load", speak);
})();
