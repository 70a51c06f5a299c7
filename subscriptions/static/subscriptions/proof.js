// A proof of work (ALTCHA), made while the address is typed: with it a sign-up goes first should very many come at
// once. The form works the same without it.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (some) => [...some].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve({ parameters, signature }) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const kdf = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(new Uint8Array(await crypto.subtle.deriveBits(kdf, key, parameters.keyLength * 8)));
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey } }));
    }
  }
}

for (const form of crypto.subtle ? document.querySelectorAll("form[data-challenge]") : []) {
  form.addEventListener("focusin", async () => {
    try {
      const solved = document.createElement("input");
      solved.type = "hidden";
      solved.name = "altcha";
      solved.value = await solve(await (await fetch(form.dataset.challenge)).json());
      form.append(solved);
    } catch { /* It is sent without. */ }
  }, { once: true });
}
