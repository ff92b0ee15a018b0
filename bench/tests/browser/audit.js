/*
 * What can be measured of a page as it is displayed: run in it by test_report.py. Gives {sideways, texts, small, faint,
 * charts, tables}: by how many pixels it scrolls sideways, how many texts were looked at, those under 14 px, those under
 * WCAG 2.1's AA contrast (1.4.3), and the charts and the tables: "cut" is by how many pixels one is wider than its box.
 */
(() => {
  const LEAST_PX = 14, small = [], faint = [], charts = [];
  let texts = 0;

  // --- colours: [r, g, b, a], 0 to 1 ---

  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  function parse(colour) {
    const match = /^rgba?\(([^)]*)\)$/.exec(colour.trim());
    if (match) {
      const [r, g, b, a = 1] = match[1].split(/[\s,/]+/).filter(Boolean).map(Number);
      return [r / 255, g / 255, b / 255, a];
    }
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  function contrast(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  }

  /* "invert(0.92) hue-rotate(180deg)", as Filter Effects 1 computes them. */
  function filtered(colour, filter) {
    let c = colour;
    for (const [, name, amount] of filter.matchAll(/([a-z-]+)\(([^)]*)\)/g)) {
      if (name === 'invert') {
        const share = parseFloat(amount);
        c = c.map((x, i) => (i < 3 ? share + (1 - 2 * share) * x : x));
      } else if (name === 'hue-rotate') {
        const angle = parseFloat(amount) * (amount.endsWith('rad') ? 1 : Math.PI / 180);
        const cos = Math.cos(angle), sin = Math.sin(angle), [r, g, b] = c;
        c = [
          r * (0.213 + cos * 0.787 - sin * 0.213) + g * (0.715 - cos * 0.715 - sin * 0.715) + b * (0.072 - cos * 0.072 + sin * 0.928),
          r * (0.213 - cos * 0.213 + sin * 0.143) + g * (0.715 + cos * 0.285 + sin * 0.14) + b * (0.072 - cos * 0.072 - sin * 0.283),
          r * (0.213 - cos * 0.213 - sin * 0.787) + g * (0.715 - cos * 0.715 + sin * 0.715) + b * (0.072 + cos * 0.928 + sin * 0.072),
          1].map((x) => Math.min(1, Math.max(0, x)));
      } else if (name === 'brightness') {
        c = c.map((x, i) => (i < 3 ? Math.min(1, x * parseFloat(amount)) : x));
      } else {
        throw new Error(`audit.js does not know the filter ${name}`);
      }
    }
    return c;
  }

  function ground(element) {
    let layers = [], at = element;
    for (; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (Number(style.opacity) !== 1 || (style.filter !== 'none' && at.tagName !== 'IMG'))
        throw new Error('audit.js cannot see through opacity and filters');
      layers.push(parse(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const canvas = parse(matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff');
    return layers.reduceRight((below, layer) => over(layer, below), canvas);
  }

  function judge(what, px, bold, ink, paper) {
    texts++;
    if (px < LEAST_PX - 0.01) small.push(`${px.toFixed(2)} px: ${what}`);
    const ratio = contrast(over(ink, paper), paper), wanted = px >= 24 || (bold && px >= 18.66) ? 3 : 4.5;
    if (ratio < wanted) faint.push(`${ratio.toFixed(2)}: ${what}`);
  }

  // --- the page's own texts ---

  function isSeen(element) {
    if (element.closest('.unseen, script, style, noscript')) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible';
  }
  function judgeElement(element, what) {
    const style = getComputedStyle(element);
    judge(what.trim().slice(0, 60), parseFloat(style.fontSize), Number(style.fontWeight) >= 700, parse(style.color),
      ground(element));
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.data.trim() && !node.parentElement.closest('select') && isSeen(node.parentElement))
      judgeElement(node.parentElement, node.data);
  for (const select of document.querySelectorAll('select'))
    if (isSeen(select)) judgeElement(select, `select ${select.selectedOptions[0]?.text}`);

  // --- the charts' ---

  for (const image of document.querySelectorAll('figure img')) {
    const box = image.getBoundingClientRect(), filter = getComputedStyle(image).filter;
    const bytes = Uint8Array.from(atob(image.currentSrc.split(',')[1]), (c) => c.charCodeAt(0));
    const svg = new DOMParser().parseFromString(new TextDecoder().decode(bytes), 'image/svg+xml').documentElement;
    const width = Number((svg.getAttribute('viewBox') || '').split(/\s+/)[2]), scale = box.width / width;
    const nearest = (element, name) => element.closest(`[${name}]`)?.getAttribute(name);
    const paper = filtered(parse('#fff'), filter);
    let count = 0;
    for (const element of svg.querySelectorAll('text')) {
      if (!element.textContent.trim()) continue;
      count++;
      const inner = element.querySelector('[font-size]') || element;
      const weight = nearest(inner, 'font-weight') || 'normal';
      judge(`${image.alt}: ${element.textContent.trim().slice(0, 60)}`, parseFloat(nearest(inner, 'font-size')) * scale,
        weight === 'bold' || Number(weight) >= 700, filtered(parse(nearest(inner, 'fill') || '#000'), filter), paper);
    }
    charts.push({ title: image.alt, shown: image.naturalWidth > 0 && box.width > 100 && box.height > 50, texts: count,
      width, cut: image.closest('.scroll').scrollWidth - image.closest('.scroll').clientWidth });
  }

  const root = document.documentElement;
  const sideways = Math.max(root.scrollWidth - root.clientWidth, document.body.scrollWidth - root.clientWidth);
  const tables = [...document.querySelectorAll('.scroll > table')].map((table) => ({
    title: table.parentElement.getAttribute('aria-label'),
    cut: table.parentElement.scrollWidth - table.parentElement.clientWidth }));
  return { sideways, texts, small, faint, charts, tables };
})()
