/** The model of halts, searched exhaustively by spin; and again with faults that it has to find. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hasSpin, ModelCheck, type Property } from '../support/models/spin.ts';
import { root } from '../support/shared.ts';

const FOLDER = join(root, 'docs/models');
const MODEL = readFileSync(join(FOLDER, 'halt.pml'), 'utf8');
const PAGE = readFileSync(join(FOLDER, 'README.md'), 'utf8');
/** Three take half a minute: `npm run test:models`. */
const TROUBLES = Number(process.env['FLYBALL_TROUBLES'] ?? 2);

const HALT: Property = { name: 'no_order_after_halt', isLiveness: false };
const RISE: Property = { name: 'no_rise_without_authorisation', isLiveness: false };
const STUCK: Property = { name: 'no_stuck_halt', isLiveness: true };
const CANCEL: Property = { name: 'every_crash_leads_to_cancel', isLiveness: true };

interface Fault {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly breaks: Property;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'the gate is not asked a second time',
    from: 'isLate = isHalted || isDecidedBefore;\n        check();',
    to: 'isLate = isHalted || isDecidedBefore;\n        isPassed = true;',
    breaks: HALT,
  },
  {
    what: 'the check does not look at the contacts',
    from: '    :: isOpen -> tripGate(); isTripping = true\n',
    to: '    :: false\n',
    breaks: HALT,
  },
  {
    what: 'a new epoch is not told from an old one',
    from: ':: isEpochOver\n',
    to: ':: false\n',
    breaks: HALT,
  },
  {
    what: 'a start does not look at what was latched and journaled',
    from: 'haltEmergency = latch || journaled == emergency;',
    to: 'haltEmergency = false;',
    breaks: HALT,
  },
  {
    what: 'a reset is granted to anybody',
    from: ':: isAllowed && mode == emergency',
    to: ':: mode == emergency',
    breaks: RISE,
  },
  {
    what: 'a reset undoes a trip that control has not heard of',
    from: 'mode == emergency && !isTripNew &&',
    to: 'mode == emergency &&',
    breaks: RISE,
  },
  {
    what: 'emergency leaves the standing order to trade as it was',
    from: 'd_step { journaled = emergency; standing = manual; isOrdered = false }',
    to: 'd_step { journaled = emergency; isOrdered = false }',
    breaks: RISE,
  },
  {
    what: 'the guard does nothing for a daemon that is silent',
    from: ':: isKilled && !isQuiet && !cancelOfGuard ->',
    to: ':: false ->',
    breaks: CANCEL,
  },
  {
    what: 'a guard that is back is not heard',
    from: ':: d_step { isGuardUp && haltGuard && !isTripping ->',
    to: ':: d_step { false ->',
    breaks: STUCK,
  },
];

function withTroubles(model: string, troubles: number): string {
  return replacedOnce(model, /#define TROUBLES \d+/g, `#define TROUBLES ${troubles}`);
}

/** A place that is not there, or there twice, would make a fault that is none. */
function replacedOnce(text: string, from: string | RegExp, to: string): string {
  const places = [...text.matchAll(from instanceof RegExp ? from : new RegExp(escaped(from), 'g'))];
  assert.is(places.length, 1, `the model has one place with: ${from}`);
  return text.replace(from, () => to);
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

if (hasSpin()) {
  test(`the model keeps its four promises through any ${TROUBLES} troubles`, () => {
    const model = new ModelCheck(withTroubles(MODEL, TROUBLES), { isSmall: false });
    try {
      for (const property of [HALT, RISE, STUCK, CANCEL]) {
        const { errors, isComplete, states, report } = model.search(property);
        assert.equal({ errors, isComplete }, { errors: 0, isComplete: true }, report);
        assert.ok(states > 10_000, `${property.name}: ${states} states`);
      }
    } finally {
      model.remove();
    }
  });

  for (const { what, from, to, breaks } of FAULTS) {
    test(`the search finds it when ${what}`, () => {
      const faulty = replacedOnce(withTroubles(MODEL, 2), from, to);
      const model = new ModelCheck(faulty, { isSmall: !breaks.isLiveness });
      try {
        assert.is(model.search(breaks).errors, 1);
      } finally {
        model.remove();
      }
    });
  }
} else {
  process.stdout.write('\nSKIPPED: spin or cc is absent, so the models are not searched\n');
}

test('the page names every process of the model with the files that it stands for', () => {
  const processes = [...MODEL.matchAll(/^active proctype (\w+)/gm)].map(([, name]) => name);
  assert.ok(processes.length > 3);
  for (const name of processes) assert.ok(PAGE.includes(`| ${name} |`), `a row for ${name}`);
  const files = [...PAGE.matchAll(/`((?:src|actors|hardware|supervisors)\/[^`]+)`/g)];
  assert.ok(files.length > 5);
  for (const [, path = ''] of files) assert.ok(existsSync(join(root, path)), `${path} is there`);
});

test('the page states every property of the model', () => {
  const names = [...MODEL.matchAll(/^ltl (\w+)/gm)].map(([, name]) => name);
  assert.equal(names, [HALT.name, RISE.name, STUCK.name, CANCEL.name]);
  for (const name of names) assert.ok(PAGE.includes(`\`${name}\``), name);
});

test.run();
