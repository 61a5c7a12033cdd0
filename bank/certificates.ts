/**
 * The certificates of the sandbox bank: an authority of its own and leaves for localhost, made anew
 * at every start and kept in memory; only the authority's certificate is written to a file, for
 * clients to trust. Also the bad ones that faults present. For loopback only.
 */
import 'reflect-metadata'
import { KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Door } from './wire.ts'

export type Identity = { readonly key: string; readonly cert: string }

export type Certificates = {
  /** PEM of the authority that clients should trust. */
  readonly ca: string
  /** What the bank presents, by the state of its door. */
  readonly identities: Readonly<Record<Door['certificate'], Identity>>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

type Authority = { readonly certificate: x509.X509Certificate; readonly keys: webcrypto.CryptoKeyPair }

/** Makes the authority and all leaves, valid around `now` (epoch ms of the host, because TLS libraries use its clock). */
export async function makeCertificates(now: number): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as never)
  const authority = await makeAuthority('CN=Sandbox Bank Test CA', '01', now)
  const stranger = await makeAuthority('CN=Sandbox Bank New Root', '02', now)
  const local = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ] as const
  return {
    ca: authority.certificate.toString('pem'),
    identities: {
      good: await makeLeaf(authority, local, '10', now - DAY_MS, now + 397 * DAY_MS),
      wrong_name: await makeLeaf(authority, [{ type: 'dns', value: 'www.other-bank.invalid' }], '11', now - DAY_MS, now + 397 * DAY_MS),
      expired: await makeLeaf(authority, local, '12', now - 400 * DAY_MS, now - 3 * DAY_MS),
      new_ca: await makeLeaf(stranger, local, '13', now - DAY_MS, now + 397 * DAY_MS),
    },
  }
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function makeAuthority(name: string, serialNumber: string, now: number): Promise<Authority> {
  const keys = await makeKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name,
    notBefore: new Date(now - 800 * DAY_MS),
    notAfter: new Date(now + 3_650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, keys }
}

async function makeLeaf(
  authority: Authority,
  names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[],
  serialNumber: string,
  from: number,
  to: number,
): Promise<Identity> {
  const keys = await makeKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: `CN=${names[0]?.value ?? 'localhost'}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(from),
    notAfter: new Date(to),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1'], false),
      new x509.SubjectAlternativeNameExtension([...names]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  })
  const key = KeyObject.from(keys.privateKey as webcrypto.CryptoKey)
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
  return { key, cert: `${certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n` }
}
