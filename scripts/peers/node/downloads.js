// downloads.js URL BODY_BYTES CONNECTIONS REQUESTS: node:http, kept-alive connections, a worker each.
'use strict';
const http = require('node:http');
const { begin, numbers } = require('./measure');

const url = new URL(process.argv[2]);
const [bodyBytes, connections, requests] = numbers(3);
// maxFreeSockets: by default 256, and all others would be closed when idle.
const agent = new http.Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });

function get() {
  return new Promise((resolve, reject) => {
    http.get(url, { agent }, (response) => {
      let size = 0;
      response.on('data', (piece) => { size += piece.length; });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && size === bodyBytes) resolve();
        else reject(new Error(`status ${response.statusCode}, ${size} bytes`));
      });
    }).on('error', reject);
  });
}

let left;

async function work() {
  while (left-- > 0) await get();
}

function workAll(count) {
  left = count;
  return Promise.all(Array.from({ length: connections }, work));
}

async function main() {
  await Promise.all(Array.from({ length: connections }, get)); // opens the connections
  await workAll(5000); // compiled by then
  const report = begin();
  await workAll(requests);
  report(requests, (wall) => ({ requests_per_s: requests / wall }));
  agent.destroy();
}

main();
