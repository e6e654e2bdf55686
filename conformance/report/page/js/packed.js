// The details of scenarios: each folder is unpacked when the first of it is opened.

const unpacked = new Map();

async function lines(chunk) {
  if (!unpacked.has(chunk)) {
    const packed = atob(document.getElementById(`chunk-${chunk}`).textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    unpacked.set(chunk, (await new Response(stream).text()).split("\n"));
  }
  return unpacked.get(chunk);
}

export async function details(row) {
  return JSON.parse((await lines(row.chunk))[row.line]);
}
