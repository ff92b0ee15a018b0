// spawn.js SPAWNS: call an async function and await it, one after another.
'use strict';
const { begin, numbers } = require('./measure');

const [spawns] = numbers(2);

async function doNothing() {
  return 0;
}

async function spawn(times) {
  for (let i = 0; i < times; i++) await doNothing();
}

async function main() {
  await spawn(100000); // compiled by then
  const report = begin();
  await spawn(spawns);
  report(spawns);
}

main();
