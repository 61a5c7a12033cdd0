/**
 * What a bank announces in the few words beside a good answer ("Scheduled maintenance on Sunday"): the kind alone, so that
 * nothing of the bank's text has to be kept. A word counts only in an announcement, so "OK" and a greeting are none. Pure.
 */
import type { CaseContext } from '../domain/evidence.ts'

export type NoticeKind = NonNullable<CaseContext['bankNotice']>

/** The weightiest first: what ends a service matters more than a page to accept. */
const KINDS: readonly (readonly [NoticeKind, RegExp])[] = [
  ['maintenance', /maintenance|planned (outage|downtime|work)|system upgrade|wartung|mantenimiento|manutenzione|onderhoud|prace serwisowe/i],
  ['retirement', /(will|to) (be |no longer )(retired|discontinued|shut|switched off|decommissioned|supported|available|offered)|(end of life|discontinu\w+|retir(e|es|ing|ement)|sunset)\b|wird (eingestellt|abgeschaltet)|sera arrete|dejara de/i],
  ['migration', /(moving|migrat\w+|switch\w*|convert\w*|conversion|upgrad\w+) (to|our|your|of)|new (address|url|server|platform|online banking)|merg(er|ed|ing)|umstellung|neue adresse|nouvelle adresse|nueva direccion/i],
  ['security', /(new|additional|changed?|stronger|two.?step|second) (security|authentication|sign-?in|verification)|multi-?factor|verify your identity|sicherheitsverfahren|starke (kunden)?authentifizierung/i],
  ['terms', /(new|updated?|changed|accept|review|agree to)[^.]{0,30}(terms|agreement|conditions|privacy)|nutzungsbedingungen|\bagb\b|conditions generales/i],
]

const MOST = 500

/** Null: it announces nothing. */
export function noticeKind(text: string): NoticeKind | null {
  const words = text.slice(0, MOST).normalize('NFKD').replace(/\p{M}/gu, '')
  return KINDS.find(([, pattern]) => pattern.test(words))?.[0] ?? null
}

const DAY_MS = 24 * 3_600_000
/** An announced maintenance is over after some days; what ends or moves is announced months before. */
const HOLDS_DAYS: { readonly [K in NoticeKind]: number } = { maintenance: 4, retirement: 180, migration: 180, security: 60, terms: 60 }

/** Whether something that was announced then still explains what happens now. */
export function noticeHolds(kind: NoticeKind, announcedAt: number, now: number): boolean {
  return now - announcedAt <= HOLDS_DAYS[kind] * DAY_MS
}

export function isNoticeKind(value: unknown): value is NoticeKind {
  return typeof value === 'string' && Object.hasOwn(HOLDS_DAYS, value)
}
