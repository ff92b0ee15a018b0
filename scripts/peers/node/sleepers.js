// sleepers.js COUNT DELAY_MS: async functions that are all asleep at once.
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');
const { begin, numbers } = require('./measure');

const [count, delayMs] = numbers(2);
let asleep = 0;
let asleepPeak = 0;

async function sleepOnce() {
  asleepPeak = Math.max(asleepPeak, ++asleep);
  await sleep(delayMs);
  asleep--;
}

async function main() {
  const report = begin();
  await Promise.all(Array.from({ length: count }, sleepOnce));
  report(count, (wall) => ({ delay_ms: delayMs, beyond_s: wall - delayMs / 1e3, asleep_peak: asleepPeak }));
}

main();
