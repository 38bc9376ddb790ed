// client.js - a client on Node's streams, promises and timers. What the supervisor is tried with.
'use strict';
const fs = require('fs');
const { spawnSync } = require('child_process');
const tty = require('tty');

const path = process.env.FOTA_PORT;
spawnSync('stty', ['-F', path, 'raw', '-echo', '115200']);
const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOCTTY | fs.constants.O_NONBLOCK);
const port = new tty.ReadStream(fd);
let heard = '';
let waiting = null;

port.on('data', (bytes) => {
  heard += bytes.toString('latin1');
  for (let at = heard.indexOf('\n'); at >= 0; at = heard.indexOf('\n')) {
    const line = heard.slice(0, at).trim();
    heard = heard.slice(at + 1);
    if (line && waiting) waiting(line);
  }
});

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// The first line that begins so; null: an error, or nothing came.
const until = (text, seconds) =>
  new Promise((done) => {
    const end = (line) => {
      clearTimeout(timer);
      waiting = null;
      done(line);
    };
    const timer = setTimeout(() => end(null), seconds * 1000);
    waiting = (line) => {
      if (line.startsWith(text)) end(line);
      else if (line.includes('ERROR')) end(null);
    };
  });

async function command(text, seconds) {
  const answer = until('OK', seconds);
  fs.writeSync(fd, text + '\r');
  return (await answer) !== null;
}

async function synchronise() {
  for (let i = 0; i < 60; i++) if (await command('AT', 1)) return true;
  return false;
}

async function revision() {
  const answer = until('Revision:', 3);
  fs.writeSync(fd, 'AT+GMR\r');
  const line = await answer;
  await until('OK', 3);
  return line ? line.slice(9) : null;
}

async function update() {
  const to = process.env.FOTA_TO;
  if (!(await synchronise())) return 'needs-service';
  await command('ATE0', 2);
  if ((await revision()) === to) return 'already-current';
  await pause(5);
  await command('AT+CNACT=1', 30);
  await until('+APP PDP: ACTIVE', 30);
  if (!(await command(`AT+HTTPTOFS="${process.env.FOTA_URL}","/fota/update.zip"`, 30))) return 'download-failed';
  if (!(await until('+HTTPTOFS: 200', 600))) return 'download-failed';
  if (!(await command('AT+CFOTA=1', 10))) return 'refused';
  await until('+CFOTA: "Update succ', 600);
  await pause(20);
  if (!(await synchronise())) return 'needs-service';
  await command('ATE0', 2);
  await command('AT+CFOTA?', 3);
  const runs = await revision();
  await command('AT+CFOTA=0', 3);
  await command('AT+CFSINIT', 3);
  await command('AT+CFSDFILE=1,"update.zip"', 3);
  await command('AT+CFSTERM', 3);
  return runs === to ? 'updated' : 'update-failed';
}

update().then((outcome) => {
  console.log('outcome', outcome);
  process.exit(outcome === 'updated' || outcome === 'already-current' ? 0 : 1);
});
