import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../../../src/config/schema.ts';
import { MODES } from '../../../src/control/gate.ts';
import { strategyOfClientId } from '../../../src/core/ids.ts';
import { type CrashRow, crashRows, pathOf } from '../../support/desk/crash-page.ts';
import { crashBefore, deadLettersOf } from '../../support/desk/inside.ts';
import { actor } from '../../support/desk/laws.ts';
import type { Stage } from '../../support/desk/rehearsed.ts';
import { isThere, survives } from '../../support/desk/survival.ts';

/** Longer than any back-off: by then somebody who crashed once is back. */
const BACK_MS = 60_000;
/** Time for a reconciliation to cancel; quotes are replaced of their own accord much later. */
const SOON_MS = 50;

/** A second strategy on the same market, so that it shows whose orders are taken back. */
function withOneMoreStrategy(config: Config): void {
  const [mm] = config.strategies;
  if (mm === undefined) throw new Error('the paper desk has a strategy');
  const settings = { ...mm.settings, halfSpreadBps: mm.settings.halfSpreadBps * 4 };
  config.strategies.push({ ...mm, label: 'wide', settings });
}

/** What the first order after a crash finds. */
interface Resumption {
  readonly resting: ReadonlySet<string>;
  readonly isReconciled: boolean;
  readonly faults: readonly string[];
  readonly mode: string;
  readonly isBookLive: boolean;
  readonly isPositionTold: boolean;
}

/** A desk that was made to crash, and what became of it. */
interface Crashed {
  readonly stage: Stage;
  readonly path: string;
  readonly restingBefore: ReadonlySet<string>;
  readonly epochBefore: number;
  /** While the failed actor was on the stack. */
  readonly isClosedAtOnce: boolean;
  readonly epochAtOnce: number;
  /** When whatever takes them back has had the time to. */
  readonly restingSoon: ReadonlySet<string>;
  readonly modeLowest: string;
  readonly resumption: Resumption;
}

type Claims = Readonly<Record<string, (crashed: Crashed) => void>>;

const GATE: Claims = {
  closed({ isClosedAtOnce, epochAtOnce, epochBefore }) {
    assert.ok(isClosedAtOnce, 'the gate is closed while the failed actor is on the stack');
    assert.ok(epochAtOnce > epochBefore, 'what was decided before is void');
  },
  open({ isClosedAtOnce, epochAtOnce, epochBefore }) {
    assert.not.ok(isClosedAtOnce);
    assert.is(epochAtOnce, epochBefore);
  },
};

const MODE: Claims = {
  Manual: ({ modeLowest }) => assert.is(modeLowest, 'manual'),
  stays: ({ modeLowest }) => assert.is(modeLowest, 'full-auto'),
};

const RESTING: Claims = {
  cancelled: ({ restingBefore, resumption }) =>
    assert.equal(common(restingBefore, resumption.resting), [], 'all that rested is gone'),
  'its own cancelled'({ path, restingBefore, restingSoon, resumption }) {
    const isOwn = (id: string): boolean => path.endsWith(`:${strategyOfClientId(id)}`);
    const others = [...restingBefore].filter((id) => !isOwn(id));
    assert.ok(others.length > 0, 'somebody else has orders as well');
    assert.ok(others.length < restingBefore.size, 'it has orders itself');
    assert.equal(common(new Set(others), restingSoon), others, 'nobody else’s are touched');
    assert.equal(common(restingBefore, resumption.resting).filter(isOwn), []);
  },
  stays: ({ restingBefore, restingSoon }) =>
    assert.equal(common(restingBefore, restingSoon), [...restingBefore]),
};

const RESUMES: Claims = {
  agreement({ resumption: { isReconciled, faults, mode } }) {
    assert.ok(isReconciled, 'the venue was reconciled after the crash');
    assert.equal(faults, []);
    assert.is(mode, 'full-auto');
  },
  'fresh book': ({ resumption }) => assert.ok(resumption.isBookLive),
  'position told': ({ resumption }) => assert.ok(resumption.isPositionTold),
  'no wait': ({ resumption }) => assert.not.ok(resumption.isReconciled),
};

/** Asks something of an actor that is about to crash. */
const ASKED: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'safety/control': ({ desk }) => desk.requestMode('full-auto', 'a test', 'to be lost'),
  'trading/portfolio': ({ desk }) => desk.positions(),
  'edge/settings': ({ desk }) => desk.reload('a test', 'operator'),
};

/** Crashes it with something queued, and demands what the page says of that. */
const QUEUED: Readonly<Record<string, (stage: Stage, path: string) => Promise<void>>> = {
  async 'takes none'(stage, path) {
    const letters = deadLettersOf(stage);
    crashBefore(stage, path, [{ kind: 'anything' }]);
    assert.equal(
      letters.map(({ reason }) => reason),
      ['not-addressable'],
    );
  },
  async discarded(stage, path) {
    const letters = deadLettersOf(stage);
    const message = { kind: 'queued-before-the-crash' };
    crashBefore(stage, path, [message]);
    const isLost = () => letters.some((letter) => letter.message === message);
    await stage.until('what was queued is a dead letter', isLost, BACK_MS);
    const found = letters.find((letter) => letter.message === message);
    assert.equal([found?.path, found?.reason], [path, 'stale-after-restart']);
  },
  async 'asker told'(stage, path) {
    const asked = ASKED[path]?.(stage);
    if (asked === undefined) throw new Error(`${path} is asked nothing by anybody`);
    const told = await asked.then(
      () => 'an answer',
      (thrown: Error) => thrown.message,
    );
    assert.match(told, `ask ${path}`);
    assert.match(told, 'died before it answered');
  },
};

function common(some: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...some].filter((each) => others.has(each));
}

/** Demands each claim of a cell; a word that nobody can check is a fault of the page. */
function assertClaims(cell: string, claims: Claims, crashed: Crashed): void {
  for (const word of cell.split(', ')) {
    const claim = claims[word];
    if (claim === undefined) throw new Error(`docs/safety.md: nobody can check "${word}"`);
    claim(crashed);
  }
}

const restingOf = ({ account }: Stage): Set<string> =>
  new Set([...account.open.values()].map(({ clientId }) => clientId));

async function crashAsWritten(stage: Stage, row: CrashRow): Promise<void> {
  const { desk, wire, log } = stage;
  const { gate } = desk.parts;
  const path = pathOf(row);
  await stage.until('both strategies have orders', () => {
    const owners = [...restingOf(stage)].map(strategyOfClientId);
    return owners.includes('mm') && owners.includes('wide');
  });
  const { uid } = actor(stage, path);
  const restingBefore = restingOf(stage);
  const epochBefore = gate.epoch;
  let atOnce: Pick<Crashed, 'isClosedAtOnce' | 'epochAtOnce'> | null = null;
  let lineAt = Number.POSITIVE_INFINITY;
  stage.onLog(({ actor: who, kind }) => {
    if (who !== path || kind !== 'actor-failed' || atOnce !== null) return;
    lineAt = log.length;
    atOnce = { isClosedAtOnce: gate.isClosedBy('reconciling'), epochAtOnce: gate.epoch };
  });
  let resumption: Resumption | null = null;
  const isBack = (): boolean => isThere(stage, path) && actor(stage, path).uid !== uid;
  const watchOrder = wire.onSend;
  wire.onSend = (sent) => {
    watchOrder(sent);
    const isOwn = !path.includes(':mm') || strategyOfClientId(sent.clientId) === 'mm';
    if (sent.clientId === '' || atOnce === null || resumption !== null || !isOwn) return;
    if (isBack()) resumption = resumptionOf(stage, lineAt);
  };
  const [first, ...further] = row.queued.split(', ') as [string, ...string[]];
  const queue = QUEUED[first];
  if (queue === undefined) throw new Error(`docs/safety.md: nobody can check "${first}"`);
  const queued = queue(stage, path);
  const asked = further.map((word) => QUEUED[word]?.(stage, path) ?? orderReported(word));
  let modeLowest = gate.mode;
  await stage.sleep(SOON_MS);
  const restingSoon = restingOf(stage);
  const isResumed = (): boolean => {
    if (MODES.indexOf(gate.mode) < MODES.indexOf(modeLowest)) modeLowest = gate.mode;
    return resumption !== null;
  };
  isResumed();
  await stage.until('an order leaves after it is back', isResumed, BACK_MS);
  await Promise.all([queued, ...asked]);
  assert.ok(atOnce !== null && resumption !== null);
  const crashed: Crashed = {
    ...{ stage, path, restingBefore, epochBefore, restingSoon, modeLowest, resumption },
    ...(atOnce as unknown as Pick<Crashed, 'isClosedAtOnce' | 'epochAtOnce'>),
  };
  assertClaims(row.gate, GATE, crashed);
  assertClaims(row.mode, MODE, crashed);
  assertClaims(row.resting, RESTING, crashed);
  assertClaims(row.resumes, RESUMES, crashed);
}

/** How it is reported has a test of its own, since it takes an order that waits. */
function orderReported(word: string): null {
  if (word !== 'orders reported') throw new Error(`docs/safety.md: nobody can check "${word}"`);
  return null;
}

function resumptionOf(stage: Stage, lineAt: number): Resumption {
  const { desk, log } = stage;
  const { faults, mode } = desk.mode();
  const feed = desk.actorState('market-data/feed:binance') as {
    readonly books: readonly { readonly isLive: boolean }[];
  };
  const portfolio = desk.actorState('trading/portfolio') as {
    readonly holdings: readonly { readonly position: { readonly lots: number } }[];
  };
  const strategy = desk.actorState('trading/strategies/strategy:mm') as {
    readonly inventoryLots: number;
  };
  return {
    resting: restingOf(stage),
    isReconciled: log.slice(lineAt).some(({ kind }) => kind === 'reconciled'),
    faults,
    mode,
    isBookLive: feed.books.every(({ isLive }) => isLive),
    isPositionTold: strategy.inventoryLots === portfolio.holdings[0]?.position.lots,
  };
}

const rows = crashRows();

/** A rehearsal has none of these, and nothing is left of a desk whose root is gone. */
const ELSEWHERE = ['root', 'safety/guard', 'edge/alerts', 'edge/shell'];
const survivors = rows.filter(({ actor: who }) => !ELSEWHERE.includes(who));

for (const row of survivors) {
  test(`a crash of ${row.actor} does what docs/safety.md says of it`, () =>
    survives((stage) => crashAsWritten(stage, row), { change: withOneMoreStrategy }).then(
      () => {},
    ));
}

test.run();
