// Decodes one codestream with the module for browsers, in node, as Benchmarks/codec.py asks.
//
//     node browser.mjs <folder of htj2k.js and htj2k.wasm> <codestream> <samples>
//
// The samples must come out. Each line on standard input is `decode` with how many seconds to go on for; the answer is a
// line with the median and the least time of a run in nanoseconds and the bytes of the codestream.

import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";

const [folder, codestream, samples] = process.argv.slice(2);
const {HTJ2K} = await import(pathToFileURL(`${folder}/htj2k.js`));
const codec = await HTJ2K.load(readFileSync(`${folder}/htj2k.wasm`));
const bytes = readFileSync(codestream);
const decoded = codec.decode(bytes).samples;
if (!Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength).equals(readFileSync(samples))) {
    throw new Error("the decoded samples are not those that were encoded");
}
for await (const line of createInterface({input: process.stdin})) {
    const times = [];
    const end = performance.now() + Number(line.split(" ")[1]) * 1e3;
    do {
        const before = performance.now();
        const decoder = codec.decoder();
        decoder.add(bytes);
        decoder.decode({copy: false});
        decoder.close();
        times.push(Math.round((performance.now() - before) * 1e6));
    } while (performance.now() < end);
    times.sort((one, other) => one - other);
    console.log(times[times.length >> 1], times[0], bytes.length);
}
