/** The 71 waveforms of the dual-channel stop, event for event and microsecond for microsecond. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ESTOP_TIMES } from '../../hardware/estop/signals.ts';
import { play, safetyVectors, type Waveform } from '../support/gpio/waveforms.ts';

interface Waveforms {
  readonly _meta: { readonly params: Record<string, number>; readonly count: number };
  readonly cases: readonly Waveform[];
}

const { _meta, cases } = safetyVectors<Waveforms>('estop_waveforms');

test('the waveforms are played with the times that they were made for', () => {
  assert.is(cases.length, _meta.count);
  assert.equal(_meta.params, {
    discrepancy_us: ESTOP_TIMES.discrepancyUs,
    release_stable_us: ESTOP_TIMES.releaseStableUs,
    reset_min_us: ESTOP_TIMES.resetMinUs,
    reset_max_us: ESTOP_TIMES.resetMaxUs,
    cooldown_us: ESTOP_TIMES.cooldownUs,
  });
});

for (const wave of cases) {
  test(`the waveform ${wave.name} is told as expected`, () => {
    const { told, state } = play(wave);
    assert.equal(told, wave.expect);
    assert.equal({ tripped: state.cause !== null, fault: state.isFaulted }, wave.final);
  });
}

test.run();
