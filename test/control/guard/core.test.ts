import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  contactsText,
  END_MS_MAX,
  isArmed,
  LINGER_MS,
  LINGER_MS_MAX,
} from '../../../src/control/guard/core.ts';
import { CorePlay, cancelled, kinds, LONE, notes } from '../../support/guard/core-play.ts';

test('a daemon that has said hello is guarded once a beat says that it trades', () => {
  const play = new CorePlay();
  play.hello();
  assert.not(isArmed(play.state));
  play.beat({ isTrading: false });
  assert.not(isArmed(play.state), 'a start that blocks the loop for seconds trips nothing');
  assert.equal(cancelled(play.pass(60_000)), []);
  const effects = play.beat();
  assert.ok(isArmed(play.state));
  assert.equal([notes(effects), kinds(effects).includes('tell')], [['armed'], true]);
  assert.equal(notes(play.beat({ isTrading: false })), ['disarmed']);
  assert.not(isArmed(play.state));
});

test('beats in time keep everything as it is', () => {
  const play = new CorePlay().armed();
  for (let beats = 0; beats < 100; beats += 1) {
    assert.equal(cancelled(play.pass(250)), []);
    play.beat();
  }
  assert.is(play.state.silences, 0);
});

test('silence beyond silentMs cancels at every venue, dead-man switch or not, once', () => {
  const play = new CorePlay().armed();
  assert.equal(cancelled(play.pass(250)), []);
  const effects = play.pass(2);
  assert.equal(cancelled(effects), ['lone', 'switched']);
  assert.equal(notes(effects), ['daemon-silent']);
  assert.is(play.state.silences, 1);
  assert.not(isArmed(play.state));
  assert.equal(cancelled(play.pass(400)), [], 'a request that is out is not repeated');
});

test('a venue is asked until it has said twice in a row that nothing is open', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  const asked: string[] = [];
  for (const open of [2, 0, 1, 0, 0]) {
    play.answer(open);
    asked.push(...cancelled(play.pass(202)));
  }
  assert.equal(asked.filter((venue) => venue === 'lone').length, 4);
  assert.is(notes(play.effects).filter((what) => what === 'nothing-rests').length, 1);
});

test('a venue that does not answer is asked again, less and less often', () => {
  const play = new CorePlay();
  play.hello([LONE], { silentMs: 250, deadMs: 600_000 });
  play.beat();
  play.pass(252);
  const pausesMs = Array.from({ length: 8 }, () => {
    play.answer(null);
    const fromMs = play.nowMs;
    while (cancelled(play.pass(2)).length === 0);
    return play.nowMs - fromMs;
  });
  assert.equal(pausesMs, [400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
});

test('a daemon is ended before a venue with a switch has answered, not before others', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  const ended = (ms: number) => kinds(play.pass(ms)).includes('end-daemon');
  assert.not(ended(4_800));
  play.answer(0, 'lone');
  play.pass(202);
  play.answer(0, 'lone');
  assert.ok(play.state.sweeps.some(({ venue, isOut }) => venue === 'switched' && isOut));
  assert.ok(ended(2), 'nobody feeds its switch any more');
  assert.equal(cancelled(play.tell({ kind: 'daemon-ended' })), ['lone', 'switched']);
});

test('a daemon heard again is told how often it was silent, and armed once nothing rests', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  const effects = play.beat();
  assert.equal(notes(effects), ['daemon-heard-again']);
  assert.ok(kinds(effects).includes('tell'));
  assert.not(isArmed(play.state), 'what it sends now could be cancelled by what is out');
  play.sweepClean();
  assert.ok(isArmed(play.state));
  assert.is(play.state.silences, 1);
});

test('silence beyond deadMs cancels anew, and ends the daemon once nothing rests', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  play.sweepClean();
  const effects = play.pass(5_002 - 252 - 606);
  assert.equal(cancelled(effects), ['lone', 'switched']);
  assert.equal(notes(effects), ['daemon-lost']);
  assert.not(kinds(effects).includes('end-daemon'));
  play.answer(0);
  play.pass(202);
  play.answer(0);
  assert.equal(kinds(play.pass(2)), ['end-daemon']);
  assert.equal(kinds(play.pass(1_000)), [], 'it is ended once');
  assert.equal(
    cancelled(play.tell({ kind: 'daemon-ended' })),
    ['lone', 'switched'],
    'and swept after',
  );
  play.sweepClean();
  assert.equal(kinds(play.pass(10_000)), []);
});

test('a daemon whose venue cannot be reached is ended all the same', () => {
  const play = new CorePlay().armed();
  play.pass(5_000 + END_MS_MAX);
  assert.not(kinds(play.effects).includes('end-daemon'));
  assert.ok(kinds(play.pass(4)).includes('end-daemon'));
});

test('a daemon that answers while it is swept is not ended', () => {
  const play = new CorePlay().armed();
  play.pass(5_100);
  play.beat();
  play.sweepClean();
  assert.not(kinds(play.effects).includes('end-daemon'));
  assert.ok(isArmed(play.state));
});

test('the end of the connection without a goodbye cancels at once', () => {
  const play = new CorePlay().armed();
  const effects = play.tell({ kind: 'closed' });
  assert.equal(cancelled(effects), ['lone', 'switched']);
  assert.equal(notes(effects), ['daemon-lost']);
  play.sweepClean();
  assert.not(kinds(play.effects).includes('end-daemon'), 'it may still come back');
  assert.ok(kinds(play.pass(4_600)).includes('end-daemon'), 'and has until deadMs for that');
});

test('the end of a connection that was not guarded means nothing', () => {
  const play = new CorePlay();
  play.hello();
  assert.equal(play.tell({ kind: 'closed' }), []);
});

test('a goodbye disarms, and nobody is missed after it', () => {
  const play = new CorePlay().armed();
  play.tell({ kind: 'goodbye' });
  assert.equal(cancelled(play.tell({ kind: 'closed' })), []);
  assert.equal(cancelled(play.pass(20_000)), []);
});

test('a goodbye ends what was being cancelled: the daemon knows that nothing rests', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  play.tell({ kind: 'goodbye' });
  assert.equal(cancelled(play.pass(10_000)), []);
});

test('a daemon that comes back is armed only once what the one before left is gone', () => {
  const play = new CorePlay().armed();
  play.tell({ kind: 'closed' });
  play.hello();
  play.beat();
  assert.not(isArmed(play.state));
  play.sweepClean();
  assert.ok(isArmed(play.state));
  assert.not(kinds(play.effects).includes('end-daemon'));
});

test('a venue that the new daemon does not know is still swept', () => {
  const play = new CorePlay().armed();
  play.tell({ kind: 'closed' });
  play.hello([{ name: 'other', hasDeadMan: false }]);
  assert.equal(
    play.state.sweeps.map(({ venue }) => venue),
    ['other', 'lone', 'switched'],
  );
  play.sweepClean();
  play.hello([{ name: 'other', hasDeadMan: false }]);
  assert.equal(
    play.state.sweeps.map(({ venue }) => venue),
    ['other'],
    'and forgotten once it is clean',
  );
});

test('an open contact latches before it cancels, at every venue, and tells the daemon', () => {
  const play = new CorePlay().armed();
  const effects = play.pass(2, 1);
  assert.equal(kinds(effects), ['latch', 'cancel', 'cancel', 'tell', 'note']);
  assert.equal(cancelled(effects), ['lone', 'switched'], 'dead-man switch or not');
  assert.is(play.state.cause, 'open contacts: a');
  assert.not(isArmed(play.state));
  assert.not(kinds(play.pass(1_000, 1)).includes('latch'), 'ES20: a second look changes nothing');
});

test('ES04 F05: a contact that opens while no daemon is there latches all the same', () => {
  const play = new CorePlay();
  assert.ok(kinds(play.pass(2, 2)).includes('latch'));
  play.hello();
  play.beat();
  assert.not(isArmed(play.state));
});

test('a press during a sweep asks the venue at once, whatever is out', () => {
  const play = new CorePlay().armed();
  play.pass(252);
  const before = play.state.sweeps[0]?.round as number;
  assert.equal(cancelled(play.pass(2, 4)), ['lone', 'switched']);
  play.tell({ kind: 'swept', venue: 'lone', round: before, open: 0 });
  assert.is(play.state.sweeps[0]?.clean, 0, 'the earlier answer says nothing');
});

test('ES05 ES09: the latch falls when people reset the daemon with closed contacts', () => {
  const play = new CorePlay().armed();
  play.pass(2, 1);
  play.beat({ tripSeen: 0 });
  assert.is(play.state.trip, 1);
  assert.ok(play.state.cause !== null, 'the daemon had not heard of it');
  play.beat({ tripSeen: 1, isTripped: true });
  assert.ok(play.state.cause !== null, 'nobody has reset anything');
  play.pass(2, 1);
  play.beat({ tripSeen: 1 });
  assert.ok(play.state.cause !== null, 'a contact is open');
  play.pass(2, 0);
  assert.ok(play.state.cause !== null, 'closing it resets nothing');
  const effects = play.beat({ tripSeen: 1 });
  assert.equal(kinds(effects), ['unlatch', 'note', 'tell']);
  play.sweepClean();
  assert.ok(isArmed(play.state));
  assert.ok(kinds(play.pass(2, 1)).includes('latch'), 'and the next press is a new trip');
  assert.is(play.state.trip, 2);
});

test('a latch that an earlier guard has set still stands', () => {
  const play = new CorePlay({ trip: 3, cause: 'open contacts: b' }).armed();
  assert.not(isArmed(play.state));
  play.beat({ tripSeen: 3 });
  assert.ok(isArmed(play.state));
});

test('F06: a guard that starts with a daemon left behind sweeps at once', () => {
  const play = new CorePlay({ left: [LONE] });
  assert.equal(cancelled(play.effects), ['lone']);
});

test('a guard that was itself held up hears the beats that wait before it judges', () => {
  const play = new CorePlay().armed();
  play.nowMs += 3_000;
  assert.equal(cancelled(play.tell({ kind: 'tick', open: 0 })), []);
  play.beat();
  assert.equal(cancelled(play.pass(248)), []);
  play.nowMs += 3_000;
  play.tell({ kind: 'tick', open: 0 });
  assert.equal(cancelled(play.pass(2)), ['lone', 'switched'], 'no beat had waited');
});

test('a guard without a daemon retires once nothing rests, and later at a deaf venue', () => {
  const clean = new CorePlay().armed();
  clean.tell({ kind: 'goodbye' });
  clean.tell({ kind: 'closed' });
  assert.not(kinds(clean.pass(LINGER_MS)).includes('retire'));
  assert.ok(kinds(clean.pass(4)).includes('retire'));

  const deaf = new CorePlay().armed();
  deaf.tell({ kind: 'closed' });
  deaf.nowMs += LINGER_MS_MAX - 100;
  deaf.answer(null);
  assert.not(kinds(deaf.pass(90)).includes('retire'));
  assert.ok(kinds(deaf.pass(100)).includes('retire'));
});

test('a guard does not retire before the daemon that it lost is ended', () => {
  const play = new CorePlay().armed();
  play.tell({ kind: 'closed' });
  play.sweepClean();
  play.nowMs += LINGER_MS;
  const effects = [...play.tell({ kind: 'tick', open: 0 }), ...play.pass(2)];
  assert.equal(kinds(effects), ['end-daemon']);
});

test('contacts are named as people know them', () => {
  assert.is(contactsText(7), 'a, b, tamper');
  assert.is(contactsText(2), 'b');
});

test('an event that nobody sends is a bug', () => {
  const play = new CorePlay();
  assert.throws(() => play.tell({ kind: 'strange' } as never), /unreachable/);
});

test.run();
