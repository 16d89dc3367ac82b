import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SafetyCause } from '../../../src/control/safety-cause.ts';
import { KEPT_MAX } from '../../../src/control/safety-kernel.ts';
import { openCauses, sealCauses } from '../../../src/control/severity/kept-causes.ts';
import { DOCUMENT_BYTES_MAX } from '../../../src/storage/journal/fields.ts';
import { aCause, aKernel } from '../../support/control/kernels.ts';
import { SEAL } from '../../support/control/restores.ts';

test('what people have to release comes back with all that its release takes', () => {
  const { kernel, events } = aKernel();
  kernel.raise(aCause({ severity: 'reduced', sizeScale: 0.2, reset: 'R' }));
  kernel.raise(aCause({ control: 'C12', reset: 'A' }));
  const text = sealCauses(events.at(-1)?.kept ?? [], SEAL);
  const { nowMs: _, ...cause } = aCause({ severity: 'reduced', sizeScale: 0.2, reset: 'R' });
  assert.equal(openCauses(text, SEAL, 5), { ok: true, value: [{ ...cause, nowMs: 5 }] });
  const again = aKernel({ standing: [{ ...cause, nowMs: 5 }] });
  assert.is(again.kernel.sizeScale(0, 0, 'mm'), 0.2);
});

test('at its bounds the text is a document of the journal', () => {
  const { kernel, events } = aKernel();
  for (let at = 0; at <= KEPT_MAX; at += 1) {
    kernel.raise(
      aCause({
        control: `X${String(at).padStart(15, '0')}`,
        scope: { kind: 'strategy', strategy: 'abcdefgh' },
        severity: 'reduced',
        sizeScale: 1 / 3,
        reset: 'R',
        owner: '"'.repeat(64),
        reason: '"'.repeat(300),
      }),
    );
  }
  const kept = events.at(-1)?.kept ?? [];
  assert.is(kept.length, KEPT_MAX + 1);
  const bytes = Buffer.byteLength(sealCauses(kept, SEAL));
  assert.ok(bytes <= DOCUMENT_BYTES_MAX, `${bytes} bytes`);
});

test('letters that cannot be printed are replaced, so that they cannot stretch the text', () => {
  const { kernel, events } = aKernel();
  kernel.raise(aCause({ reason: 'a\nb\u202ec' }));
  const opened = openCauses(sealCauses(events[0]?.kept ?? [], SEAL), SEAL, 0);
  assert.is(opened.ok && (opened.value[0] as SafetyCause).reason, 'a?b?c');
});

test('a text that is not ours, or says no causes, is an error by name', () => {
  const wrong = [
    '{}',
    SEAL.seal('flyball-severity-v1', {}),
    SEAL.seal('flyball-severity-v1', { causes: [{ ...aCause(), severity: 'mild' }] }),
    SEAL.seal('flyball-severity-v1', { causes: [null] }),
    SEAL.seal('flyball-mode-v2', { causes: [] }),
  ];
  for (const text of wrong) {
    const opened = openCauses(text, SEAL, 0);
    assert.match(opened.ok ? '' : opened.error, /^the raised severities: ./, text);
  }
});

test.run();
