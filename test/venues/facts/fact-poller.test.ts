import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../../src/core/result.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import { FactPoller } from '../../../src/venues/facts/fact-poller.ts';
import type { FactSource } from '../../../src/venues/facts/fact-source.ts';
import { type FactsSettings, factsSection } from '../../../src/venues/facts/settings.ts';
import { asyncLaw } from '../../support/law.ts';
import { manualEnv } from '../../support/manual-env.ts';

const FACT: MarketFact = { kind: 'venue-announced', venue: 'v', status: 'online' };

function source(parts: Partial<FactSource> = {}): FactSource {
  return { topic: 'funding', subject: 'a', query: () => null as never, ...parts };
}

/** A poller that is looked at each half second; what is asked is in the hands of the test. */
function aPoller(
  sources: readonly FactSource[],
  settings: Partial<FactsSettings> = {},
  answer: () => Result<readonly MarketFact[], string> | null = () => ok([FACT]),
  seed = 1,
) {
  const env = manualEnv(seed);
  const askedMs: number[] = [];
  const told: MarketFact[] = [];
  const poller = new FactPoller({
    venue: 'v',
    sources,
    settings: factsSection.parse(settings),
    clock: env.clock,
    random: env.random,
    venueMs: () => 7,
    fenced: (callback) => callback,
    ask: () => {
      askedMs.push(env.clock.mono() / 1e6);
      const found = answer();
      return found === null ? new Promise(() => {}) : Promise.resolve(found);
    },
    told: (fact) => told.push(fact),
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let at = 0; at < 2 * seconds; at += 1) {
      poller.tick();
      await env.advance(500);
    }
  };
  return { poller, askedMs, told, pass, env };
}

test('a question is asked soon after the start, and then as often as configured', async () => {
  const { askedMs, told, pass } = aPoller([source()], { everySeconds: { funding: 60 } });
  await pass(10.5);
  assert.is(askedMs.length, 1);
  await pass(600);
  assert.ok(askedMs.length >= 10 && askedMs.length <= 12, `${askedMs.length}`);
  const gaps = askedMs.slice(1).map((at, before) => at - (askedMs[before] as number));
  for (const gap of gaps) assert.ok(gap >= 54_000 && gap <= 66_500, `${gap}`);
  assert.ok(new Set(gaps).size > 1, 'they do not all come at once, or in step with others');
  assert.equal(told[0], FACT);
});

test('what the configuration does not name is not asked', async () => {
  const topics = [source(), source({ topic: 'margin' })];
  const { poller, pass, askedMs } = aPoller(topics, { everySeconds: {} });
  await pass(20);
  assert.equal([askedMs.length, poller.rows().length], [0, 0]);
  const usual = aPoller(topics);
  assert.equal(
    usual.poller.rows().map(({ topic }) => topic),
    ['funding'],
    'accounts are not asked about by themselves',
  );
});

test('one question is out at a time, and silence asks for nothing more', async () => {
  const { askedMs, pass } = aPoller([source(), source({ subject: 'b' })], {}, () => null);
  await pass(100);
  assert.is(askedMs.length, 1);
});

test('what fails is asked less often, and as before once it answers', async () => {
  let answer: Result<readonly MarketFact[], string> = err('x'.repeat(500));
  const every = { everySeconds: { funding: 10 } };
  const { poller, askedMs, told, pass } = aPoller([source()], every, () => answer);
  await pass(400);
  const [row] = poller.rows();
  assert.equal([row?.failed, row?.asked, row?.fault.length], [askedMs.length, askedMs.length, 200]);
  const last = (askedMs.at(-1) as number) - (askedMs.at(-2) as number);
  assert.ok(last >= 71_500 && last <= 89_000, `${last}: eight times as long, and no longer`);
  assert.is(told.length, 0);
  answer = ok([FACT]);
  await pass(90);
  const before = askedMs.length;
  await pass(60);
  assert.ok(askedMs.length - before >= 5, 'every ten seconds again');
  assert.is(poller.rows()[0]?.fault, '');
});

test('however many questions there are, no more leave than the share allows', async () => {
  await asyncLaw(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      async (count, requestsPerMinute, requests) => {
        const many = Array.from({ length: count }, (_, at) =>
          source({ subject: String(at), requests }),
        );
        const settings = { everySeconds: { funding: 5 }, requestsPerMinute };
        const { askedMs, pass } = aPoller(many, settings);
        await pass(120);
        assert.ok(askedMs.length * requests <= 2 * requestsPerMinute + requests);
      },
    ),
    20,
  );
});

test('a question that breaks ends whoever asks', async () => {
  const env = manualEnv();
  const thrown: unknown[] = [];
  const poller = new FactPoller({
    ...{ venue: 'v', sources: [source()], settings: factsSection.parse({}) },
    ...{ clock: env.clock, random: env.random, venueMs: () => 0, told: () => {} },
    ask: () => Promise.reject(new Error('a bug')),
    fenced:
      (callback) =>
      (...args) => {
        try {
          callback(...args);
        } catch (error) {
          thrown.push(error);
        }
      },
  });
  await env.advance(10_000);
  poller.tick();
  await env.settle();
  assert.match(String(thrown[0]), /a bug/);
});

test.run();
