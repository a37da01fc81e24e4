// What the server wrote into the page: language, words, colours, base maps.
export const page = JSON.parse(document.getElementById("page").textContent);
