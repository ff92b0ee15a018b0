// yield.js TASKS YIELDS_OF_ALL: async functions that let one another run.
'use strict';
const { begin, numbers } = require('./measure');

const [tasks, yields] = numbers(2);

async function yieldOften(times) {
  for (let i = 0; i < times; i++) await null;
}

const yieldAll = (times) => Promise.all(Array.from({ length: tasks }, () => yieldOften(times)));

async function main() {
  await yieldAll(100000); // compiled by then
  const report = begin();
  await yieldAll(Math.floor(yields / tasks));
  report(Math.floor(yields / tasks) * tasks);
}

main();
