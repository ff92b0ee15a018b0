// What the programs share: clocks, the peak of memory, the line on stdout.
'use strict';
const fs = require('node:fs');

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function rssPeakKiB() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

// Starts the clocks; the function it returns stops them and prints a line of JSON. ns_per_op is CPU time.
exports.begin = function begin() {
  const wall = performance.now();
  const cpu = cpuSeconds();
  return function report(ops, more = () => ({})) {
    const wallS = (performance.now() - wall) / 1e3;
    const cpuS = cpuSeconds() - cpu;
    console.log(JSON.stringify({
      program: 'node', ops, wall_s: wallS, cpu_s: cpuS, ns_per_op: (cpuS * 1e9) / ops, rss_peak_kib: rssPeakKiB(),
      ...more(wallS),
    }));
  };
};

exports.numbers = (from) => process.argv.slice(from).map(Number);
