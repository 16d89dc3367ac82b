import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { type SizingMessage, sizingActor } from '../../../actors/trading/sizing.ts';
import { SizeBoard } from '../../../src/risk/sizing/board.ts';
import type { SizeSet, SizingSummary } from '../../../src/risk/sizing/sizing-desk.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane } from '../../support/lanes.ts';
import { aBook, someSizing } from '../../support/risk/sizing-desks.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PATH = 'trading/sizing';

async function aSizing() {
  const tested = aLane();
  const instruments = [0, 1].map((index) => anInstrument({ index, symbol: `S${index}` }));
  const board = new SizeBoard({ instruments: 2, staleMs: 1, bornNs: tested.env.clock.mono() });
  const events: SizeSet[] = [];
  let settings = someSizing();
  const spec = () =>
    sizingActor({
      ...{ instruments, traded: [0, 1], board },
      record: (event) => void events.push(event),
      settings: () => settings,
    });
  const heard = await aBranch(tested, { [PATH]: spec }, ['trading/risk']);
  const asked = () => (heard['trading/risk'] ?? []) as readonly { kind: string }[];
  const ref = refByPath<SizingMessage>(PATH);
  return {
    ...{ ...tested, board, events, asked, ref },
    set: (parts: Record<string, unknown>) => {
      settings = someSizing(parts);
      return settings;
    },
    view: () => tested.lane.view(PATH) as { ok: true; value: SizingSummary },
  };
}

test('the actor asks risk for its book and writes the sizes of what it is told', async () => {
  const { env, lane, asked, ref, board, events, view } = await aSizing();
  await env.advance(50);
  assert.equal(
    asked().map(({ kind }) => kind),
    ['tell-book', 'tell-book'],
    'fast, until the first is told',
  );
  const nowNs = env.clock.mono();
  lane.ingest(ref, aBook(nowNs));
  assert.ok(board.positionLots(0, nowNs) > 0);
  assert.is(events.length, 2);
  assert.is(view().value.equity, 100_000);
  await env.advance(4_750);
  assert.is(asked().length, 2, 'not before its time');
  await env.advance(500);
  assert.is(asked().length, 3);
});

test('new settings count at the next look', async () => {
  const { env, lane, asked, ref, board, set } = await aSizing();
  await env.advance(25);
  lane.ingest(ref, aBook(env.clock.mono()));
  lane.ingest(ref, { kind: 'adopt-sizing', settings: set({ staleSeconds: 10 }) });
  assert.is(board.staleMs, 10_000);
  await env.advance(250);
  assert.is(asked().length, 2);
});

test.run();
