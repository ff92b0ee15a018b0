/* A box that scrolls can be reached by keyboard; one that does not is no stop on the way. */
'use strict';
(() => {
  const mark = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
    const picture = box.querySelector('img');
    if (!picture) return;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', picture.alt);
  };
  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  for (const box of document.querySelectorAll('.scroll')) observer.observe(box);
})();

/*
 * The replay in report.html: the lanes of a cell side by side, each job a bar that grows from its start to its end. All it
 * knows is in the page; nothing is fetched. Times are in seconds. What the data holds: bench/report/page/replay.h.
 */
(() => {
  const part = (name) => document.getElementById(`replay-${name}`);
  const stage = part('stage'), play = part('play'), slider = part('slider'), clock = part('clock');
  const lanesBox = part('lanes'), axis = part('axis'), statusLine = part('status');
  const chosen = { cell: part('cell'), span: part('span'), speed: part('speed') };
  const wantsStill = matchMedia('(prefers-reduced-motion: reduce)');
  const FIT_S = 10; // what "all of it in 10 s" takes
  const MOST_STEP_S = 0.1; // of one frame: a page that was hidden goes on where it was

  let lanes = [], span = 1, time = 1, playing = false, frame = 0, before = null, speedIsChosen = false, isAway = false;

  // --- data ---

  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const digits = new Map([...LETTERS].map((letter, value) => [letter, value]));

  function unpack(text) {
    const numbers = [];
    let number = 0, weight = 1;
    for (const letter of text) {
      const digit = digits.get(letter);
      number += (digit % 32) * weight;
      weight *= 32;
      if (digit < 32) {
        numbers.push(number);
        number = 0;
        weight = 1;
      }
    }
    return numbers;
  }

  function readJobs(packed) {
    const numbers = unpack(packed.bars), tick = packed.tick / 1e9, count = numbers.length / 2;
    const starts = new Float64Array(count), ends = new Float64Array(count);
    for (let i = 0, at = 0; i < count; i++) {
      at += numbers[2 * i];
      starts[i] = at * tick;
      ends[i] = (at + numbers[2 * i + 1]) * tick;
    }
    let place = 0;
    const failed = unpack(packed.failed).map((distance) => (place += distance));
    return { starts, ends, failed, ended: ends.slice().sort(), count, end: packed.end / 1e9 };
  }

  /* How many of ascending numbers are at most `limit`. */
  function countUpTo(numbers, limit) {
    let low = 0, high = numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[middle] <= limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // --- words ---

  function unitOf(seconds) {
    if (seconds >= 0.0995) return [1, 's'];
    if (seconds >= 0.9995e-3) return [1e3, 'ms'];
    return seconds >= 0.9995e-6 ? [1e6, 'µs'] : [1e9, 'ns'];
  }

  function duration(seconds) {
    const [scale, unit] = unitOf(seconds), value = seconds * scale;
    return `${value >= 99.95 ? Math.round(value) : value.toPrecision(3)}\u00a0${unit}`;
  }

  /* Both in the unit of the whole and with as many digits, so that a running clock does not jump: at least the whole's
   * three, and more where the last would stand still for long. */
  function clockTime() {
    const [scale, unit] = unitOf(span), whole = span * scale, places = whole >= 99.95 ? 0 : whole >= 9.995 ? 1 : 2;
    const decimals = Math.min(6, Math.max(places + (whole < 0.9995), Math.ceil(-Math.log10(0.1 * rate() * scale) - 1e-9)));
    return `${(time * scale).toFixed(decimals)} / ${whole.toFixed(decimals)}\u00a0${unit}`;
  }

  const many = (count) => count.toLocaleString('en');

  function describe({ jobs, packed }) {
    const done = countUpTo(jobs.ended, time * (1 + 1e-9)), begun = countUpTo(jobs.starts, time);
    const bad = jobs.failed.filter((place) => jobs.ends[place] <= time).length;
    const each = packed.jobs > jobs.count ? ` (one job of ${Math.ceil(packed.jobs / jobs.count)} was kept)` : '';
    const failures = bad ? `, ${many(bad)} failed` : '';
    if (done === jobs.count) return `${many(done)} ended in ${duration(jobs.end)}${failures}${each}`;
    return `${many(done)} ended, ${many(begun - done)} under way${failures}${each}`;
  }

  // --- drawing ---

  /* One row a job, or where a row would be less than a pixel one for several that started one after another. */
  function makeRows(jobs, most) {
    const together = Math.ceil(jobs.count / Math.max(1, most)), rows = [];
    for (let from = 0; from < jobs.count; from += together) {
      let end = 0;
      for (let job = from; job < Math.min(from + together, jobs.count); job++) end = Math.max(end, jobs.ends[job]);
      rows.push({ place: rows.length, start: jobs.starts[from], end });
    }
    const bad = jobs.failed.map((job) => ({
      place: Math.floor(job / together), start: jobs.starts[job], end: jobs.ends[job],
    }));
    return { rows, bad, together };
  }

  function layOut() {
    const ratio = window.devicePixelRatio || 1;
    for (const lane of lanes) {
      if (!lane.jobs) continue;
      lane.canvas.width = Math.max(1, Math.round(lane.canvas.clientWidth * ratio));
      lane.canvas.height = Math.max(1, Math.round(lane.canvas.clientHeight * ratio));
      Object.assign(lane, makeRows(lane.jobs, lane.canvas.height));
    }
    const most = Math.max(1, ...lanes.map((lane) => lane.together || 1));
    setText(part('bar'), most > 1 ? `Each bar is up to ${many(most)} jobs that started one after another` : 'Each bar is a job');
    drawAxis();
    draw();
  }

  /* Stripes are seen by those who do not tell red from grey, and on a bar that is a pixel high. */
  function stripes(pen, colour, ratio) {
    const tile = document.createElement('canvas'), width = Math.max(2, Math.round(3 * ratio));
    tile.width = 2 * width;
    tile.height = 1;
    const brush = tile.getContext('2d');
    brush.fillStyle = colour;
    brush.fillRect(0, 0, width, 1);
    return pen.createPattern(tile, 'repeat');
  }

  function drawLane({ jobs, canvas, rows, bad }) {
    const pen = canvas.getContext('2d'), style = getComputedStyle(canvas), { width, height } = canvas;
    const ratio = window.devicePixelRatio || 1, pitch = height / rows.length, gap = pitch >= 4 * ratio ? ratio : 0;
    pen.clearRect(0, 0, width, height);
    const bar = ({ place, start, end }, clear) => {
      if (start > time || start > span) return null;
      const top = Math.round(height - (place + 1) * pitch), bottom = Math.round(height - place * pitch);
      const from = (start / span) * width, to = (Math.min(end, time) / span) * width;
      pen.globalAlpha = end <= time * (1 + 1e-9) ? 1 : 0.5;
      const box = [from, top, Math.max(ratio, to - from), Math.max(1, bottom - top - gap)];
      if (clear) pen.clearRect(...box);
      pen.fillRect(...box);
      return box;
    };
    pen.fillStyle = style.color;
    for (const row of rows) bar(row, false);
    const alarm = style.getPropertyValue('--alarm'), striped = stripes(pen, alarm, ratio), tip = 2 * ratio;
    for (const job of bad) {
      if (job.end > time * (1 + 1e-9)) continue; // nobody knew
      pen.fillStyle = striped;
      const box = bar(job, true);
      pen.fillStyle = alarm;
      if (box) pen.fillRect(Math.max(box[0], box[0] + box[2] - tip), box[1], Math.min(box[2], tip), box[3]);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = style.getPropertyValue('--ink');
    if (time < span && time < jobs.end) pen.fillRect((time / span) * width - ratio / 2, 0, ratio, height);
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function draw() {
    for (const lane of lanes) {
      if (!lane.jobs) continue;
      drawLane(lane);
      setText(lane.words, describe(lane));
    }
    slider.value = Math.round((time / span) * 1000);
    slider.setAttribute('aria-valuetext', `${time > 0 ? duration(time) : 0} of ${duration(span)}`);
    setText(clock, clockTime());
  }

  function drawAxis() {
    const [scale, unit] = unitOf(span), raw = (span * scale) / (axis.clientWidth < 500 ? 4 : 8);
    const power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    axis.replaceChildren();
    for (let value = 0; value <= span * scale * 0.93; value += step) {
      const tick = document.createElement('span');
      tick.textContent = `${value.toFixed(decimals)}${value === 0 ? `\u00a0${unit}` : ''}`;
      tick.style.left = `${(value / (span * scale)) * 100}%`;
      axis.append(tick);
    }
  }

  // --- time ---

  const rate = () => (chosen.speed.value === 'fit' ? span / FIT_S : Number(chosen.speed.value));

  function setPlaying(on) {
    cancelAnimationFrame(frame);
    playing = on;
    before = null;
    play.textContent = on ? 'Pause' : 'Play';
    isAway = false;
    if (!on) return;
    if (time >= span) time = 0;
    setText(statusLine, '');
    frame = requestAnimationFrame(advance);
  }

  function advance(now) {
    if (before !== null) time = Math.min(span, time + Math.min((now - before) / 1000, MOST_STEP_S) * rate());
    before = now;
    draw();
    if (time < span) {
      frame = requestAnimationFrame(advance);
      return;
    }
    setPlaying(false);
    const words = lanes.filter((lane) => lane.jobs).map((lane) => `${lane.packed.runner}: ${describe(lane)}`);
    statusLine.textContent = `The replay has ended. ${words.join('. ')}.`;
  }

  /* Long ones are shown in 10 s, and so are those that would be over at once. */
  function chooseSpeed() {
    if (!speedIsChosen) chosen.speed.value = span >= 2 && span <= 20 ? '1' : 'fit';
  }

  function showUpTo(seconds) {
    const atEnd = time >= span;
    span = seconds;
    time = atEnd ? span : Math.min(time, span);
    chooseSpeed();
    drawAxis();
    draw();
  }

  // --- the cell ---

  function addLane(packed, height) {
    const box = document.createElement('div'), head = document.createElement('p');
    const name = document.createElement('strong'), words = document.createElement('span');
    const lane = { packed, words, jobs: packed.bars === undefined ? null : readJobs(packed) };
    box.className = 'lane';
    name.textContent = packed.runner;
    words.textContent = packed.why || '';
    head.append(name, ' ', words);
    box.append(head);
    if (lane.jobs) {
      lane.canvas = document.createElement('canvas');
      lane.canvas.className = `look-${packed.look}`;
      lane.canvas.style.height = `${height}px`;
      lane.canvas.setAttribute('role', 'img');
      lane.canvas.setAttribute('aria-label',
        `${packed.runner}: ${many(lane.jobs.count)} jobs as bars, the last ends after ${duration(lane.jobs.end)}`);
      box.append(lane.canvas);
    }
    lanesBox.append(box);
    return lane;
  }

  function showCell(cell) {
    lanesBox.replaceChildren();
    part('told').textContent = cell.about;
    setText(statusLine, '');
    const height = Math.max(56, Math.min(150, Math.round(480 / cell.lanes.length)));
    lanes = cell.lanes.map((packed) => addLane(packed, height));
    chosen.span.replaceChildren();
    const byEnd = lanes.filter((lane) => lane.jobs && lane.jobs.end > 0).sort((a, b) => b.jobs.end - a.jobs.end);
    for (const lane of byEnd)
      chosen.span.append(new Option(`${lane.packed.runner} (${duration(lane.jobs.end)})`, lane.jobs.end));
    span = byEnd[0].jobs.end;
    time = span;
    chooseSpeed();
    layOut();
  }

  const cells = JSON.parse(part('data').textContent);
  stage.hidden = false;
  cells.forEach((cell, i) => chosen.cell.append(new Option(cell.name, i)));
  part('cells').hidden = cells.length < 2;
  showCell(cells[0]);

  play.addEventListener('click', () => {
    setPlaying(!playing);
    if (!playing) setText(statusLine, `Paused at ${time > 0 ? duration(time) : 0} of ${duration(span)}.`);
  });
  slider.addEventListener('input', () => {
    time = (slider.valueAsNumber / 1000) * span;
    isAway = false;
    setText(statusLine, ''); // the slider says where it is
    draw();
  });
  chosen.cell.addEventListener('change', () => {
    const wasPlaying = playing;
    setPlaying(false);
    showCell(cells[chosen.cell.value]);
    if (wasPlaying) setPlaying(true);
  });
  chosen.span.addEventListener('change', () => showUpTo(Number(chosen.span.value)));
  chosen.speed.addEventListener('change', () => {
    speedIsChosen = true;
    draw();
  });
  new ResizeObserver(layOut).observe(lanesBox);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  window.addEventListener('beforeprint', () => {
    setPlaying(false);
    time = span;
    draw();
  });

  /* It begins when it is first seen, unless motion is unwanted or somebody was there before. */
  const watcher = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watcher.disconnect();
    if (!wantsStill.matches && time >= span) setPlaying(true);
  }, { rootMargin: '-30% 0px' }); // in the middle of the window, however many lanes there are
  watcher.observe(lanesBox);

  /* What is scrolled out of view waits, and goes on when it is back. */
  let wasSeen = false;
  new IntersectionObserver((entries) => {
    const isSeen = entries.at(-1).isIntersecting, left = wasSeen && !isSeen;
    wasSeen = isSeen;
    if (left && playing) {
      setPlaying(false);
      isAway = true;
    } else if (isSeen && isAway) {
      setPlaying(true);
    }
  }).observe(stage);

  for (const control of [play, slider, ...Object.values(chosen)])
    control.addEventListener('pointerdown', () => watcher.disconnect(), { once: true });
  stage.addEventListener('keydown', () => watcher.disconnect(), { once: true });
})();
