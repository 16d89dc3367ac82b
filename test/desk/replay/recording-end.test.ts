import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, NetFault } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { recordingEnd } from '../../../src/desk/replay/recording-end.ts';
import { pumpUntil } from '../../../src/desk/run/pump.ts';
import type { VenueLink } from '../../../src/desk/venue/link.ts';
import { virtualEnv, virtualTime } from '../../../src/simulation/virtual-time.ts';

const LINK: VenueLink = {
  notice: { pid: 1, port: 1, fronts: [], source: 'a.txt', startedBy: 'start' },
  account: { apiKey: 'k', secret: 's', adminToken: 'token' },
  restUrl: 'http://venue',
  accesses: new Map(),
  stop: async () => {},
};

const SILENT = err({ kind: 'timeout' as const, url: 'http://venue', detail: '2000 ms' });

function says(body: string, status = 200): Result<HttpReply, NetFault> {
  return ok({ status, headers: {}, body });
}

/** Hears these answers one by one, the last one for ever. */
function endAfter(...answers: Result<HttpReply, NetFault>[]) {
  const time = virtualTime(0);
  const asked: string[] = [];
  const env = virtualEnv(time, {
    seed: 1,
    files: nodeFiles,
    net: {
      http(request, done) {
        asked.push(`${request.method} ${request.url} ${request.headers['X-Sim-Token']}`);
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        time.timers.turn(() => done(answer ?? SILENT));
      },
      webSocket() {
        throw new Error('nobody needs a socket for this');
      },
    },
  });
  return pumpUntil(time, recordingEnd(env, LINK), null).then((ending) => ({ ending, asked }));
}

const PLAYING = says('{"isOver":false,"fault":null}');

test('the venue is asked until its recording is over', async () => {
  const { ending, asked } = await endAfter(
    PLAYING,
    SILENT,
    PLAYING,
    says('{"isOver":true,"fault":null}'),
  );
  assert.equal(ending, { reason: 'the recording is over', kind: 'done' });
  assert.equal(new Set(asked), new Set(['GET http://venue/sim/progress token']));
  assert.is(asked.length, 4);
});

test('a recording that broke off ends the run with its reason', async () => {
  const { ending } = await endAfter(says('{"isOver":true,"fault":"a.txt:41: no frame"}'));
  assert.equal(ending, { reason: 'a.txt:41: no frame', kind: 'failed' });
});

for (const [what, answer] of [
  ['silent', SILENT],
  ['refusing', says('{"isOver":true,"fault":null}', 503)],
  ['raving', says('<html>')],
  ['beside the point', says('{"isOver":"yes"}')],
] as const) {
  test(`a venue that stays ${what} ends the run`, async () => {
    const { ending, asked } = await endAfter(answer);
    assert.is(ending.kind, 'failed');
    assert.match(ending.reason, 'does not answer');
    assert.is(asked.length, 10);
  });
}

test.run();
