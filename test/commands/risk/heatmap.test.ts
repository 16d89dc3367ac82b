import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS } from '../../../src/commands/daemon-commands.ts';
import { heatmapPage } from '../../../src/commands/risk/heatmap-page.ts';
import { type HeatView, heatmapText } from '../../../src/commands/risk/heatmap-text.ts';
import type { HeatRow } from '../../../src/risk/report/heatmap.ts';
import { riskReport } from '../../../src/risk/report/risk-report.ts';
import { aReportJob } from '../../support/risk/reports.ts';
import { valueIn } from '../../support/risk/samples.ts';

const view: HeatView = valueIn(riskReport(aReportJob()).outcome);
const COLOUR = new RegExp(`${String.fromCharCode(0x1b)}\\[(\\d+)m`, 'g');

function withRow(parts: Partial<HeatRow>): HeatView {
  const { heatmap } = view;
  const [first, ...rest] = heatmap.rows as [HeatRow, ...HeatRow[]];
  return { ...view, heatmap: { ...heatmap, rows: [{ ...first, ...parts }, ...rest] } };
}

test('a pipe gets plain text, with a row for each market and a matrix of correlations', () => {
  const text = heatmapText(view, { hasColour: false });
  assert.not.match(text, COLOUR);
  assert.not.match(text, /█/);
  assert.match(text, /^kraken BTC\/USD +12000\.00 +\d+\.\d % +\d\.\d\d % +12\.00 % +240 % /m);
  assert.match(text, /^heat of the book: \d\.\d\d % of 25\.00 %$/m);
  assert.match(text, /^correlation, limit 0\.7:$/m);
  assert.match(text, /^2 kraken ETH\/USD +0\.\d\d +1\.00 +0\.\d\d$/m);
});

test('a screen gets colours and bars that move no column', () => {
  const coloured = heatmapText(view, { hasColour: true });
  assert.match(coloured, COLOUR);
  assert.match(coloured, /█/);
  const plain = coloured.replaceAll(COLOUR, '').replaceAll(/ █*$/gm, '');
  assert.is(plain, heatmapText(view, { hasColour: false }));
});

const TONES: readonly (readonly [string, Partial<HeatRow>, number])[] = [
  ['a concentration above its limit is red', { concentrationUse: 1.01 }, 31],
  ['a concentration at its limit is yellow', { concentrationUse: 1 }, 33],
  ['a concentration below 80 % of its limit is green', { concentrationUse: 0.79 }, 32],
  ['half of the risk is red', { share: 0.5, concentrationUse: 0, heat: 0 }, 31],
  ['a quarter of the risk is yellow', { share: 0.25, concentrationUse: 0, heat: 0 }, 33],
  ['heat above its limit is red', { share: 0, heat: 0.26, concentrationUse: 0 }, 31],
];
for (const [name, parts, colour] of TONES) {
  test(name, () => {
    const [, line = ''] = heatmapText(withRow(parts), { hasColour: true }).split('\n');
    const colours = [...line.matchAll(COLOUR)].map(([, code]) => Number(code));
    assert.ok(colours.includes(colour), line);
  });
}

test('what is not known is a dash without a colour', () => {
  const unknown = { share: null, heat: null, concentrationUse: null, deviation: null };
  const text = heatmapText(withRow({ ...unknown, concentration: 0 }), { hasColour: true });
  const [, line = ''] = text.split('\n');
  assert.match(line, /^kraken BTC\/USD +12000\.00 +- +- +0\.00 % +- +- *$/);
  const correlation = [[1, null, null]];
  const { heatmap } = view;
  const young: HeatView = {
    ...view,
    heatmap: {
      ...heatmap,
      rows: heatmap.rows.slice(0, 1),
      ...{ correlation, heat: { ok: false, error: 'too few returns' } },
    },
  };
  assert.match(heatmapText(young, { hasColour: false }), /^heat of the book: too few returns$/m);
  assert.match(heatmapPage(young), /<dd>too few returns<\/dd>/);
});

/** Elements that are open at the end of a page, or closed in the wrong order. */
function unclosed(page: string): string[] {
  const open: string[] = [];
  for (const [whole, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (slash === '/') {
      if (open.pop() !== name) return [`</${name}> closes another`];
    } else if (!whole.endsWith('/>') && name !== 'meta') open.push(name);
  }
  return open;
}

test('the page is whole, and needs nothing from anywhere', () => {
  const page = heatmapPage(view);
  assert.match(page, /^<!doctype html>\n<html lang="en">/);
  assert.equal(unclosed(page), []);
  assert.not.match(page, /<script|<link|<img|@import|url\(|https?:|\bon[a-z]+=/);
  assert.match(page, /default-src 'none'/);
  assert.not.match(page, /NaN|undefined|Infinity/);
});

test('the page has a row for each market and a square for each pair', () => {
  const page = heatmapPage(view);
  const { rows } = view.heatmap;
  assert.is(page.match(/<tr><th scope="row">/g)?.length, rows.length);
  assert.is(page.match(/<rect class="(calm|warm|hot|none)"/g)?.length, rows.length ** 2);
  assert.match(page, /<title>kraken BTC\/USD with kraken ETH\/USD: 0\.\d\d<\/title>/);
  assert.match(page, /<td class="hot">240 %<\/td>/);
  // A hedge goes to the left of the middle.
  assert.match(page, /<rect class="bar" x="(?:[1-5]?\d)\.\d" y="2"/);
});

test('a name cannot become a part of the page', () => {
  const page = heatmapPage(withRow({ market: `<b onclick="x">&'` }));
  assert.match(page, /&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;/);
  assert.not.match(page, /<b /);
});

test('only who asks for a file gets one', () => {
  const command = findCommand(DAEMON_COMMANDS, ['risk', 'heatmap'])?.command;
  assert.is(command?.file?.([], view), null);
  assert.is(command?.file?.(['--wrong'], view), null);
  assert.equal(command?.file?.(['--html', 'a.html'], view), {
    ...{ path: 'a.html', text: heatmapPage(view) },
  });
});

test.run();
