// The address of this page holds a token, which is to stay in no history. Without this it is in there, and Back shows a
// page that needs a press.
history.replaceState(null, "", document.currentScript.dataset.as);
