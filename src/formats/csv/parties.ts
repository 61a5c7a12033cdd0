/**
 * Headings that name who pays, who is paid, or whichever of them is the other party. Banks put the same few words together in any
 * order (`Primatelj / Platitelj`, `Nazwa nadawcy/odbiorcy`, `Name of sender or receiver`): a heading that is made of nothing else
 * is such a name, whatever the order.
 */
import { plainWords } from '../unstated.ts'

const PAYER = new Set(
  'payer payor sender remitter originator auftraggeber auftraggeberin absender zahlungspflichtiger zahlungspflichtige einzahler zahler ordonnateur emetteur expediteur ordenante remitente pagador ordinante mittente remetente opdrachtgever betaler afzender avsandare betalare avsender afsender indbetaler innbetaler maksaja nadawca nadawcy zleceniodawca zleceniodawcy platce platca platitel platitela platitelj platioc uplatitelj uplatilac uplatioca nalogodavac nalogodavatelj nalogodavatelja placnik placnika odosielatel odesilatel fizeto kuldo megbizo atutalo platitor platitorului ordonator expeditor отправитель отправителя плательщик плательщика відправник платник платника наредител вносител налогодавач плаќач gonderen gonderici gonderenin pengirim maksja maksjad moketojas moketojo maksatajs maksataja εντολεας αποστολεας 보낸분'.split(' '),
)
const PAYEE = new Set(
  'payee recipient receiver beneficiary empfanger empfangerin zahlungsempfanger zahlungsempfangerin beguenstigter begunstigter beguenstigte begunstigte beneficiaire destinataire beneficiario beneficiaria destinatario favorecido recebedor begunstigde ontvanger mottagare mottaker modtager saaja saajan maksunsaaja odbiorca odbiorcy prijemce prijemca prijemcu primatelj primatelja primalac primaoca primac prejemnik prejemnika kedvezmenyezett beneficiar beneficiarul beneficiarului получатель получателя отримувач отримувача одержувач бенефициент получател примач alici alicinin penerima gavejas gavejo sanemejs sanemeja δικαιουχος παραληπτης 받는분 المستفيد'.split(' '),
)
const EITHER = new Set(
  'counterparty counterpart contrepartie contropartita contraparte gegenpartei geschaftspartner zahlungspartner partner partnera partener partenerului partneris partnerio tegenpartij tegenrekeninghouder motpart modpart vastapuoli kontrahent kontrahenta kontrahents protistrana protistrany partneri ellenoldali ellenoldal contragent контрагент контрагента buyer consumer udelezenec udelezenca vastaspool'.split(' '),
)
const NAME = new Set('name names naam nom nombre nome nimi navn namn nazwa nazev nazov naziv ime nev neve nume numele имя имени наименование назва назив име adi ad unvani unvan nama nosaukums vards pavadinimas ονομα επωνυμια'.split(' '))
const BETWEEN = new Set('or and of the a und oder ou et o y e i eller og och tai lub nebo alebo ili или и або veya ve atau dan ja voi vai sau si arba ar de du des del della dello d da do dos van von transaction payment makse payments full in r'.split(' '))
/** Alone these are days, amounts and channels as well: they name somebody beside each other, or beside a word for a name. */
const FROM = new Set('from by source origem origen origine sumber'.split(' '))
const TO = new Set('to destination destino destinazione tujuan'.split(' '))

/** `Auftraggebername`: both in one word. */
const GLUED = /^(\p{L}{4,}?)(?:s|n)?(?:name|naam|namn|navn)$/u

export type Party = 'payer' | 'payee' | 'either'

/** Whom a heading names; null where it says anything else, or more. */
export function partyIn(cell: string): Party | null {
  const words = plainWords(cell).split(' ').map((word) => GLUED.exec(word)?.[1] ?? word)
  const areBoth = words.some((word) => FROM.has(word)) && words.some((word) => TO.has(word))
  const isNamed = areBoth || words.some((word) => NAME.has(word))
  const told = words.map((word): Party | null => (PAYER.has(word) || (isNamed && FROM.has(word)) ? 'payer' : PAYEE.has(word) || (isNamed && TO.has(word)) ? 'payee' : EITHER.has(word) ? 'either' : null))
  if (words.some((word, at) => told[at] === null && !NAME.has(word) && !BETWEEN.has(word))) return null
  const sides = new Set(told.filter((side) => side !== null))
  const [only = null] = sides
  return sides.size > 1 ? 'either' : only
}
