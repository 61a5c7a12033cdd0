/**
 * Reads OFX, QFX and QBO statements as a stream: constant memory, parts in the order that the domain asks for, one
 * clear failure for a file that is damaged, refused by the bank, or no statement. It judges the file as a whole;
 * what the parts mean is decided in statements.ts.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementPart, StatementStream } from '../../domain/statement.ts'
import { OfxScanner } from './scanner.ts'
import { OfxStatements, type OfxEvent, type OfxStatus } from './statements.ts'
import { codeText, severityOf } from './status-codes.ts'
import { OfxStructure } from './structure.ts'

/** A file that brings more refusals than this is no file of a bank. */
const NOTICE_LIMIT = 1_000

/**
 * Reads a file from its bytes, in chunks of any size. The last item is a failure when the file is damaged; nothing
 * before it may then be kept.
 */
export async function* readOfx(chunks: AsyncIterable<Uint8Array>): StatementStream {
  const reading = new StatementReading()
  for await (const chunk of chunks) {
    reading.push(chunk)
    yield* reading.take()
    if (reading.failure !== null) break
  }
  if (reading.failure === null) reading.end()
  yield* reading.take()
  if (reading.failure !== null) yield failed(withRemedy(reading.failure))
}

/** For a field that is not as it must be nobody can say which of both is wrong, the bank's program or what came of its file. */
const FIELD_FAILURES: ReadonlySet<string> = new Set(['invalid_amount', 'invalid_date', 'missing_field', 'malformed'])
const AGAIN = 'Download the file again; if that does not help, export in another format.'

/** What to do about it, where the failure does not say so itself. */
function withRemedy(failure: FormatFailure): FormatFailure {
  if (!FIELD_FAILURES.has(failure.code) || /\b(?:Download|Export)\b/.test(failure.message)) return failure
  return { ...failure, message: [failure.message, AGAIN].join(' ') }
}

/** Orders events into statement parts: a notice belongs to the statement that follows it, else to the one before. */
class StatementReading {
  readonly #scanner: OfxScanner
  readonly #structure: OfxStructure
  #parts: Result<StatementPart, FormatFailure>[] = []
  #held: OfxStatus[] = []
  #firstError: OfxStatus | null = null
  #statementEnd: StatementPart | null = null
  /** The error with which the bank answered for the account that is read now. */
  #refusal: OfxStatus | null = null
  /** What came of a refused statement so far; given when a row shows that it is one all the same. */
  #unproved: StatementPart[] = []
  #sawStatement = false
  #verdict: FormatFailure | null = null

  constructor() {
    const statements = new OfxStatements((event) => this.#take(event), 'file')
    this.#structure = new OfxStructure(statements)
    this.#scanner = new OfxScanner(this.#structure)
    this.#structure.attach(this.#scanner)
    statements.attach(this.#scanner)
  }

  get failure(): FormatFailure | null {
    return this.#scanner.failure ?? this.#verdict
  }

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk)
  }

  take(): Result<StatementPart, FormatFailure>[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  end(): void {
    this.#scanner.end()
    if (this.#scanner.failure !== null) return
    this.#structure.end()
    if (this.#scanner.failure !== null) return
    if (!this.#sawStatement) {
      this.#verdict = this.#withoutStatement()
      return
    }
    this.#giveNotices()
    if (this.#structure.sawLoan) this.#parts.push(ok({ part: 'notice', code: 'loan', severity: 'INFO', message: 'The file also holds the statement of a loan, which is not read: download the activity of the loan as CSV.', line: 0 }))
    this.#giveEnd()
  }

  #take(event: OfxEvent): void {
    switch (event.part) {
      case 'answer':
        this.#refusal = null
        return
      case 'status':
        this.#hold(event.of, event.status)
        return
      case 'start':
        // A refused account may come with a statement that holds nothing: that is no statement.
        this.#unproved = [event]
        if (this.#refusal === null) this.#giveUnproved()
        return
      case 'end':
        if (this.#unproved.length === 0) this.#statementEnd = event
        // Given only when the next statement starts or the file ends: a later refusal may still have to go before it.
        this.#unproved = []
        return
      case 'rows':
        this.#giveUnproved()
        this.#parts.push(ok(event))
        return
      case 'remark':
        this.#parts.push(ok({ ...event, part: 'notice' }))
        return
      case 'balance':
        if (this.#unproved.length > 0) this.#unproved.push(event)
        else this.#parts.push(ok(event))
    }
  }

  #giveUnproved(): void {
    const parts = this.#unproved
    if (parts.length === 0) return
    this.#unproved = []
    this.#giveEnd()
    this.#sawStatement = true
    for (const part of parts) this.#parts.push(ok(part))
    this.#giveNotices()
  }

  #hold(answer: string, status: OfxStatus): void {
    if (/^0+$/.test(status.code)) return
    const refuses = severityOf(Number(status.code), status.severity) === 'ERROR'
    if (refuses && answer !== 'SONRS') this.#refusal = status
    if (this.#firstError === null && status.severity !== 'INFO') this.#firstError = status
    const says = refuses ? `The bank refused a statement: ${codeText(status.code)}.` : `The bank says ${codeText(status.code)}.`
    this.#held.push({ ...status, message: status.message === null ? says : `${says} ${status.message}` })
    if (this.#held.length > NOTICE_LIMIT)
      this.#scanner.fail('limit_exceeded', status.line, `more than ${NOTICE_LIMIT} refusals in one file. It is damaged.`)
  }

  #giveNotices(): void {
    for (const status of this.#held) this.#parts.push(ok({ part: 'notice', ...status }))
    this.#held = []
  }

  #giveEnd(): void {
    if (this.#statementEnd !== null) this.#parts.push(ok(this.#statementEnd))
    this.#statementEnd = null
  }

  #withoutStatement(): FormatFailure {
    if (!this.#scanner.sawContent) return { code: 'empty_file', line: 0, message: 'The file is empty. Download it again.' }
    if (!this.#structure.sawRoot) {
      return { code: 'unknown_format', line: 1, message: 'Line 1: expected <OFX>, found none. This is not an OFX, QFX or QBO file.' }
    }
    if (this.#firstError !== null) {
      const { code, severity, message, line } = this.#firstError
      const text = [severity, codeText(code), message === null ? null : `(${message})`].filter((each) => each !== null && each !== '').join(' ')
      return { code: 'bank_refused', line, message: `Line ${line}: the bank sent no statement but an error: ${text}.` }
    }
    if (!this.#structure.rootClosed) {
      const line = this.#scanner.line()
      return { code: 'truncated', line, message: `Line ${line}: the file ends before any statement, and without </OFX>. Download it again.` }
    }
    if (this.#structure.sawLoan) return { code: 'not_statements', line: 0, message: 'This OFX file holds the statement of a loan (LOANSTMTRS), which is not read. Download the account activity as CSV instead.' }
    return { code: 'not_statements', line: 0, message: 'This OFX file holds no statement of an account. Download the account activity instead.' }
  }
}
