/**
 * Resources about connections: institutions with their routes, connections with their health, the
 * problem card, repair plans, health of banks. Sentences are typed parts made by the server
 * (diagnose/sentences.ts); a page only formats them and never learns a connector's name.
 */
import { z } from 'zod'
import { LANGUAGES } from '../language/language.ts'
import { accountShape, challengeShape, dayShape, runShape } from './shapes.ts'

const instant = z.iso.datetime()

export const partShape = z
  .union([
    z.string(),
    z.object({ kind: z.literal('day'), day: dayShape }),
    z.object({ kind: z.literal('instant'), at: instant }),
    z.object({ kind: z.literal('money'), amount: z.string(), currency: z.string() }),
    z.object({ kind: z.literal('count'), count: z.int() }),
    z.object({ kind: z.literal('quote'), text: z.string() }),
    z.object({ kind: z.literal('link'), href: z.url(), text: z.string() }),
  ])
  .meta({ id: 'Part' })

const sentence = z.array(partShape)

const customers = z.enum(['personal', 'business']).nullable().meta({ description: 'Whom this entry of the bank is for, where it has one for each' })

const signIn = z.enum(['here', 'at_bank']).meta({ description: 'Whether something secret is typed here, or a permission is given at the bank\'s own site' })

export const fieldShape = z.object({ name: z.string(), label: z.string(), hint: z.string().nullable(), kind: z.enum(['text', 'secret', 'url']), required: z.boolean() })

export const institutionShape = z
  .object({
    id: z.string(),
    name: z.string(),
    country: z.string(),
    website: z.string().nullable(),
    customers,
    signIn,
    health: z.enum(['working', 'slow', 'down', 'unknown']),
    healthSeenAt: z.string().nullable().meta({ description: 'The sibling at the same server by whose reads the health is known; null: by its own' }),
    since: instant.nullable().meta({ description: 'Since when it is not as usual' }),
    takesSecrets: z.boolean().meta({ description: 'False while a password cannot help: it is down, or what stops a connection to it is the bank\'s own and ends by waiting' }),
    siblings: z.array(z.object({ id: z.string(), name: z.string(), country: z.string(), website: z.string().nullable(), customers, signIn })).meta({ description: 'Other entries with a like name or address, which are easily confused with it, and what tells them apart' }),
    connectedAs: z.array(z.uuid()).meta({ description: 'Connections to this institution that exist already' }),
    logins: z.array(z.object({ id: z.uuid(), loginLabel: z.string(), isConnected: z.boolean(), isElsewhere: z.boolean() })).meta({ description: 'The same, with how their login is shown; one that is not connected waits for the end of its first sign-in. `isElsewhere`: it is read at the address that the bank had before, until it is signed in anew' }),
    added: z.object({ connector: z.string(), timeZone: z.string(), form: z.record(z.string(), z.string()), isProved: z.boolean() }).nullable().meta({ description: 'What an owner typed to add it by its address, which can be changed; not proved: it was taken without saying who it is. Null: it is of a list' }),
    requestsPerDay: z.int().nullable().meta({ description: 'How often it may be asked a day; null: it names no limit' }),
    routes: z.array(
      z.object({
        connector: z.string(),
        name: z.string(),
        advice: z.string(),
        fields: z.array(fieldShape),
        goesTo: z.array(z.string()).meta({ description: 'The hosts to which a sign-in that is typed here goes; sent with it, they are all to which it goes' }),
      }),
    ),
  })
  .meta({ id: 'Institution' })

export const problemShape = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    accountId: z.uuid().nullable(),
    institutionId: z.string(),
    openedAt: instant,
    updatedAt: instant,
    closedAt: instant.nullable(),
    proofRunId: z.uuid().nullable(),
    cause: z.string(),
    family: z.string().nullable(),
    action: z.string(),
    p: z.number(),
    card: z.object({
      chip: z.enum(['needs_you', 'waiting_for_bank', 'our_side', 'this_server']),
      what: sentence,
      headings: z.array(z.object({ cause: z.string(), what: sentence })).meta({ description: 'Two where two causes are about as likely' }),
      relink: sentence,
      next: z.object({ label: sentence, kind: z.string(), href: z.url().nullable(), atBank: z.boolean().meta({ description: 'Done at the bank; without `href` its address is not verified' }) }).nullable().meta({ description: 'The one thing for a person to do; null: nothing' }),
      checking: z.boolean().meta({ description: 'A harmless question to the bank is under way that may change what there is to do' }),
      likelihood: z.string().meta({ description: 'In words and counts: Very likely (about 8 in 10)' }),
      asks: z.array(z.object({ fact: z.enum(['bankLoginWorks', 'passwordChangedAtBank', 'otherClientWorks', 'accountReplaced']), question: sentence, answer: z.boolean().nullable(), effect: z.string().nullable().meta({ description: 'What the answer changed in the ranking; null: not answered' }) }))
        .meta({ description: 'What only a person can see: what was answered, and the question whose answer would tell most' }),
    }),
    causes: z.array(z.object({
      cause: z.string(), p: z.number(), name: z.string(), what: sentence, likelihood: z.string(), share: z.string().meta({ description: 'about 1 in 10' }), tenths: z.int().meta({ description: 'The count of both, as blocks of ten; 0: less than one' }), for: z.array(z.string()), against: z.array(z.string()),
    })),
    letters: z.array(z.enum(LANGUAGES)).meta({ description: 'In which languages the letter to the bank is offered: the reader\'s, and that of the bank\'s country' }),
    bankSays: z.object({ text: z.string(), codes: z.array(z.string()) }).nullable(),
    found: z.string().nullable().meta({ description: 'What Relink found wrong with an answer of which the bank says nothing; null: it is told by the cause' }),
    failure: z.object({ code: z.string(), stage: z.string(), message: z.string() }),
    evidence: z.array(z.record(z.string(), z.unknown())),
    told: z.object({ bankLoginWorks: z.boolean().nullable(), passwordChangedAtBank: z.boolean().nullable(), otherClientWorks: z.boolean().nullable(), accountReplaced: z.boolean().nullable() })
      .meta({ description: 'What a person said of it; null: nothing' }),
  })
  .meta({ id: 'Problem' })

/** One thing that was looked at on this host. */
export const hostFindingShape = z.object({ check: z.string(), name: z.string(), state: z.enum(['ok', 'warning', 'broken', 'not_known']), sentence: z.string().meta({ description: 'What was found, and what to do' }) })

export const planShape = z
  .object({
    id: z.uuid(),
    problemId: z.uuid(),
    connectionId: z.uuid(),
    cause: z.string(),
    state: z.enum(['open', 'proved', 'abandoned']),
    hasNews: z.boolean().meta({ description: 'A read, or a person, has told more since it was planned: going on with the repair plans anew' }),
    steps: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        action: z.string().nullable().meta({ description: 'What is done, as the action of a cause; null: the proof' }),
        who: z.enum(['relink', 'person', 'bank']),
        title: z.string(),
        state: z.enum(['waiting', 'now', 'running', 'done', 'did_not_help', 'skipped']),
        startedAt: instant.nullable(),
        endedAt: instant.nullable(),
        result: z.string().nullable(),
        notBefore: instant.nullable(),
        personMinutes: z.number(),
        needs: z.enum(['sync', 'enter_secret', 'administer']).meta({ description: 'What whoever says "done" must be allowed to do' }),
      }),
    ),
  })
  .meta({ id: 'RepairPlan' })

export const connectionShape = z
  .object({
    id: z.uuid(),
    institutionId: z.string(),
    connector: z.string().meta({ description: 'Which of the bank\'s routes it is read by' }),
    institutionName: z.string(),
    loginLabel: z.string(),
    state: z.enum(['connecting', 'active', 'disabled', 'removed', 'preview', 'replaced']),
    health: z.enum(['working', 'needs_you', 'waiting', 'reading', 'off']),
    lastSuccessAt: instant.nullable(),
    lastAttemptAt: instant.nullable(),
    nextSyncAt: instant.nullable(),
    reading: z.object({ stage: z.string(), rows: z.int(), account: z.int(), accounts: z.int() }).nullable().meta({ description: 'What a read that runs now has done: the rows that the bank has told so far, and which of how many accounts is read (0: none yet). Null: none runs, or in another process of this Relink' }),
    awaitsChoice: z.boolean().meta({ description: 'The sign-in worked; which accounts are read has to be chosen' }),
    isElsewhere: z.boolean().meta({ description: 'It is read at the address that the bank had before, until it is signed in anew' }),
    fields: institutionShape.shape.routes.element.shape.fields.meta({ description: 'What a person would enter to sign in again' }),
    goesTo: institutionShape.shape.routes.element.shape.goesTo,
    problems: z.array(problemShape),
    challenge: challengeShape.nullable(),
    accounts: z.array(accountShape.extend({ formerNumber: z.string().nullable().meta({ description: 'Its number before a person said that it goes on under the one of now, which `accounts/part` takes back. Null: nobody did' }) })),
    lastRun: runShape.nullable(),
  })
  .meta({ id: 'Connection' })

export const bankShape = z
  .object({
    institutionId: z.string(),
    name: z.string(),
    health: z.enum(['working', 'slow', 'down', 'unknown']),
    connections: z.int(),
    failing: z.int(),
    since: instant.nullable(),
    sentence,
    notices: z.array(z.object({ kind: z.string(), at: instant, says: z.string(), words: z.string().nullable().meta({ description: 'The bank\'s own, redacted; null: it used none, but a code' }) })).meta({ description: 'What the bank announced beside its answers and what may still come, newest first' }),
  })
  .meta({ id: 'Bank' })
