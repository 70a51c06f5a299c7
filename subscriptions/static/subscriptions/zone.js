// Choose the browser's own time zone where none was chosen yet. The form works the same without this.
const zone = document.querySelector("select[name=zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && zone.value === "UTC" && [...zone.options].some((option) => option.value === own)) zone.value = own;
