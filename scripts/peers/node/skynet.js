// skynet.js LEAVES: a tree of async functions, each with ten children whose numbers it adds up.
'use strict';
const { begin, numbers } = require('./measure');

const [allLeaves] = numbers(2);
const FAN_OUT = 10;

async function node(first, leaves) {
  if (leaves === 1) return first;
  const below = leaves / FAN_OUT;
  const children = [];
  for (let i = 0; i < FAN_OUT; i++) children.push(node(first + i * below, below));
  let sum = 0;
  for (const found of await Promise.all(children)) sum += found;
  return sum;
}

async function main() {
  const report = begin();
  const sum = await node(0, allLeaves);
  if (sum !== (allLeaves * (allLeaves - 1)) / 2) throw new Error(`the sum is ${sum}`);
  report(allLeaves);
}

main();
