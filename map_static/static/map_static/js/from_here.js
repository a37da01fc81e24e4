// The list of doors to visit from where the reader stands: the position goes into the address.
const PATIENCE = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 };

/** The list again, beginning where the device is. */
function fromHere(button) {
  const { form } = button;
  const told = form.querySelector(".told-here");
  const failed = () => {
    told.textContent = button.dataset.failed;
    button.disabled = false;
  };
  button.addEventListener("click", () => {
    if (!navigator.geolocation) return failed();
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const asked = new URLSearchParams(new FormData(form));
        asked.set("lon", coords.longitude.toFixed(5));
        asked.set("lat", coords.latitude.toFixed(5));
        location.assign(`?${asked}`);
      },
      failed,
      PATIENCE,
    );
    return undefined;
  });
}

for (const button of document.querySelectorAll("button.from-here")) fromHere(button);
