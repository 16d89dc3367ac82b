import type { ReleaseRefusal, Releaser } from '../../src/control/authorisation.ts';
import type { Result } from '../../src/core/result.ts';
import type { Reply } from '../runtime/ref.ts';

/** What control is told about severities; they are raised in the kernel, not by message. */
export type SeverityMessage =
  /** The severity of some scope is another now. */
  | { readonly kind: 'severity-changed' }
  | {
      readonly kind: 'release';
      /** `C28@venue:0`. */
      readonly id: string;
      readonly by: Releaser;
      readonly reply: Reply<Result<void, ReleaseRefusal>>;
    };
