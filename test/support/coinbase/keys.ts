import { generateKeyPairSync } from 'node:crypto';

/** Made anew for each run: no key is worth keeping in a repository. */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

export const KEY_NAME = 'organizations/1f4d/apiKeys/8a2c';
export const SEC1 = String(privateKey.export({ type: 'sec1', format: 'pem' }));
export const PKCS8 = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** Another key of the same kind. */
export function anotherPem(): string {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return String(pair.privateKey.export({ type: 'sec1', format: 'pem' }));
}
