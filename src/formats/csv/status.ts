/** What banks write of the state of a row: not booked yet, booked, or refused. */
import { plainWords } from '../unstated.ts'

const PENDING =
  /^(pending|processing|authori[sz]ed|(umsatz )?vorgemerkt|vormerkung|ausstehend|en attente|pendiente|pendente|in sospeso|in attesa|autorizzat[oa]|non contabilizzat[oa]|reserver(et|ad|at|t)|afventer|vantar|odottaa|varaus|w toku|bekleyen|bekliyor|ceka|cekajici|blokovano|oczekujac[aey]|in behandeling|in afwachting|zwevend|in bearbeitung|offen|en cours|en proceso|en curso|em processamento|pagaende|ventende|venter|under behandling|fuggoben|in asteptare|on hold|unsettled|uncleared|scheduled|upcoming|planned|geplant|terminiert|programad[oa]|agendad[oa]|programmat[oa]|programmee?|planifiee?|gepland|planlagt|planerad|zaplanowan[aey]|naplanovan[aoy]|tulossa)\b|^(처리중|승인대기|待入账|处理中|処理中|ממתין|معلق|قيد|menunggu|cho xu ly|รอ|в обработке|в ожидании|ожидает|обрабатывается|заблокирован|в обробці|очікує)/
const DECLINED =
  /^(declined|withdrawn|reverted|failed|failure|unsuccessful|aborted|void|gagal|that bai|basarisiz|reddedildi|iptal|iptal edildi|cancelat[ae]|neuspesn[aoey]|cancelled|canceled|denied|rejected|refused|voided|expired|abgelehnt|fehlgeschlagen|storniert|refusee?|annulee?|echouee?|rechazad[oa]|cancelad[oa]|fallid[oa]|rifiutat[oa]|annullat[oa]|fallit[oa]|recusad[oa]|geweigerd|geannuleerd|mislukt|afvist|annulleret|avbruten|misslyckad|peruttu|odrzucon[ae]|anulowan[ae]|nieudan[ae]|zamitnut[oay]?|zrusen[oay]?|elutasitva)\b|^(отклонен|отменен|отказан|відхилен|скасован|交易关闭|已关闭|交易失败|支付失败|还款失败|已撤销|失败|失敗|取消|キャンセル|취소|실패|거절|승인취소|отмена|неуспешн|ошибка|невдал|נדחה|בוטל|مرفوض|ملغ|فشل|ล้มเหลว|ยกเลิก)/

/** What was taken back and booked after all is there. */
const AFTER_ALL = /\b(und|and|but|then|dann|spater|et|puis|y|e|poi|en|och|og|i|a)\b(?!.*\b(nicht|not|never|pas|no|non|nao|niet|inte|ikke|nie|ne|nem)\b).*\b(gebucht|gutgeschrieben|ausgefuhrt|erledigt|booked|rebooked|posted|reposted|completed|settled|executed|paid|succe(ss|eded)\w*|comptabilis\w*|effectu\w*|contabiliz\w*|ejecutad\w*|eseguit\w*|contabilizzat\w*|efetuad\w*|geboekt|uitgevoerd|bokfor\w*|bogfor\w*|genomfor\w*|zaksiegowan\w*|zrealizowan\w*|zauctovan\w*|konyvelt)\b/

/** Whether a payment was refused or taken back, and not booked after all. */
export function isDeclined(status: string): boolean {
  const words = plainWords(status)
  return DECLINED.test(words) && !AFTER_ALL.test(words)
}

const BOOKED = /^(umsatz )?(gebucht|verbucht|booked|posted|cleared|completed|complete|settled|ok|executed|ausgefuhrt|comptabilisee?|contabilizad[oa]|contabilizzat[oa]|eseguit[oa]|efetuad[oa]|geboekt|verwerkt|uitgevoerd|bokfort|bogfort|udfort|kirjattu|zaksiegowan[aoey]|wykonan[aoey]|zauctovan[aoey]|konyvelt|исполнено|выполнено|проведено)$/

/** Not booked yet. */
export function isPending(status: string): boolean {
  return PENDING.test(plainWords(status))
}

/** Whether all cells of a column, whatever stands above it, are states of rows. */
export function areStates(cells: readonly string[]): boolean {
  const isOf = (cell: string): boolean => isPending(cell) || BOOKED.test(plainWords(cell))
  return cells.some((cell) => isOf(cell) && /\p{L}{3}/u.test(cell)) && cells.every((cell) => isOf(cell) || isDeclined(cell))
}

/** What rows are called in a title above them, which says nothing of their state. */
const OF_ROWS = /\b(my|your|ihre|alle|all|recent|latest|list of|transactions?|activity|items?|entries|payments?|purchases|charges|card|credit|debit|account|umsatze?|kreditkartenumsatze?|kontoumsatze?|buchungen|zahlungen|posten|auftrage|operations?|ecritures|paiements|movimientos|operaciones|pagos|cargos|movimenti|operazioni|pagamenti|movimentos|movimentacoes|lancamentos|transacoes|transaktionen|transaktioner|transaksjoner|transactions|transacties|boekingen|betalingen|afschrijvingen|poster|kontoposter|kop|kob|kjop|tapahtumat|transakcje|operacje|platnosci|transakce|pohyby|platby|tranzakciok|tetelek|tranzactii|islemler|операции|операціі|платежи)\b/g
const PENDING_ROWS =
  /^(pending|processing|authori[sz]ed|authori[sz]ations?|uncleared|unsettled|upcoming|scheduled|future|vorgemerkte?r?|vorgemerkt|vormerkungen|ausstehende|offene|noch nicht gebuchte?|nicht gebuchte|geplante|en attente|a venir|en cours|pendientes?|pendentes?|futur[oa]s|in sospeso|in attesa|non contabilizzat[ie]|da contabilizzare|in behandeling|nog niet (geboekt|verwerkt)e?|gereserveerde?|reserveringen|reserverede?|reserverade|reserverte|reservationer|reservasjoner|afventende|ventende|kommande|kommende|varaukset|katevaraukset|oczekujace|niezaksiegowane|blokady|cekajici|nezauctovane|blokace|fuggoben levo|in asteptare|bekleyen|в обработке|неподтвержденные|в обробці|未入账|未確定|처리중)$/
const BOOKED_ROWS =
  /^(posted|booked|cleared|completed|settled|processed|gebuchte?|verbuchte|abgeschlossene|comptabilisee?s|passees|contabilizad[oa]s|confirmad[oa]s|contabilizzat[ie]|eseguit[ie]|efetivad[oa]s|geboekte?|verwerkte?|bokforda|bokforte|bogforte|gennemforte|genomforda|gjennomforte|kirjatut|zaksiegowane|zrealizowane|zauctovane|konyvelt|inregistrate|gerceklesen|проведенные|исполненные|已入账|確定)$/

/** What a title says of the state of the rows below it; null where it says nothing of that, or that there are none. `Pending transactions (3)`, `Umsätze: vorgemerkt`. */
export function stateBelow(cells: readonly string[]): 'pending' | 'booked' | null {
  // What goes on below a row does so below its text, not in front.
  const [title = '', ...others] = cells[0] === '' ? [] : cells.filter((cell) => cell !== '')
  if (title.length > 60 || !others.every((cell) => /^\(?\d{1,4}\)?$/.test(cell)) || [title, ...others].some((cell) => /(?<![\d.,])0+\)?$/.test(cell))) return null
  const words = plainWords(title.replace(/\d{1,4}|(?<=\p{L})\([^)]*\)/gu, ' ')).replace(OF_ROWS, ' ').replace(/ +/g, ' ').trim()
  return PENDING_ROWS.test(words) ? 'pending' : BOOKED_ROWS.test(words) ? 'booked' : null
}
