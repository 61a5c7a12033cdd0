/**
 * Column headings of bank exports in the languages of Europe and the Americas, and what each may mean.
 * A heading is only a claim: `valuta` is a date in Germany and a currency in Denmark, so layout.ts takes
 * the first meaning that the cells below bear out.
 */
import { plainWords } from '../unstated.ts'
import { readCurrency } from '../written-currency.ts'
import { partyIn } from './parties.ts'

export type Role =
  | 'booked'
  | 'date'
  | 'acted'
  | 'value'
  | 'bought'
  | 'amount'
  | 'debit'
  | 'credit'
  | 'mark'
  | 'fee'
  | 'balance'
  | 'currency'
  | 'name'
  | 'memo'
  | 'reference'
  | 'id'
  | 'check'
  | 'status'
  | 'kind'
  | 'account'
  | 'constantAccount'
  | 'namedAccount'
  | 'impact'
  | 'principal'
  | 'quantity'
  | 'interest'
  | 'foreignAmount'
  | 'foreignCurrency'

/** Words by role; the earlier a word stands in its list, the more it is preferred where several columns fit. */
const WORDS: readonly (readonly [Role, string])[] = [
  [
    'booked',
    'booking date|booked at|booked|bokford|gebucht am|posting date|posted date|clearing date|settled date|settlement date|post date|date posted|posted on|posted|completed date|date completed|finished on|buchungstag|buchungsdatum|buchung|datum buchung|date comptable|date de comptabilisation|date op|date operation|date d operation|date de l operation|fecha operacion|fecha de operacion|fecha contable|f contable|data contabile|data operazione|data registrazione|boekdatum|boekingsdatum|bokforingsdag|bokforingsdatum|bokfort dato|bokforingsdato|bogfort|bogforingsdato|bogforingsdag|data lancamento|data do lancamento|data movimento|data mov|data ksiegowania|kirjauspaiva|datum zauctovani|datum verrekening|konyveles datuma|konyveles napja|data postarii|дата проводки|дата обработки|記帳日|記入日|银行记账日|入账日期|入账日|入账时间|交易成功时间|取引日|利用日|ご利用日|记账日期|记账日|거래일자|거래일시|datum obdelave|datum izvrsenja|datum knjizenja|datum obrade|datum provedeni|дата проведення|дата и время проводки|帳務日期|入帳日|入帳日期|posted transactions date|お取り引き日|お取引日|дата обработки операции|дата зачисления|дата списания|datum zauctovani transakce|datum zauctovania|datum zuctovania|datum uctovani|이용일|이용일자|이용일시|승인일|승인일자|승인일시|거래일|ngay hach toan|tanggal posting|дата на осчетоводяване|datum na knizenje|ημερομηνια λογιστικης|kirjauspvm|dzien ksiegowania|date de fin|fecha de finalizacion|data di completamento|data zakonczenia|voltooid op|data de conclusao|abgeschlossen am|datum des abschlusses|slutdatum|gennemfort dato',
  ],
  ['date', 'date|datum|run date|data|fecha|dia|dato|dag|pvm|paivamaara|day|data operacji|umsatztag|date time|datetime|timestamp|dagsetning|created at|created on|created|completed at|дата|дата операции|日付|年月日|日期|交易时间|거래일|tarih|islem tarihi|ημερομηνια|ημ νια|ημνια|datums|kuupaev|תאריך|дата платежа|completion time|transaction time|tarih saat|islem tarihi saati|дата і час операціі|дата i час операціі|дата операціі|дата и время операции|ngay giao dich|ngay|tanggal|tanggal transaksi|tgl|tgl transaksi|tarikh|วันที่|تاريخ|التاريخ|дата проведения операции|datum uskutecneni transakce|datum transakce|datum transakcie|tapahtumapaiva|tapahtumapvm|дата транзакции|дата трансакции|дата на трансакция|data transakcji|tanggal efektif|วันที่ทำรายการ|تاريخ العملية|تاريخ المعاملة|تاريخ القيد|transaktionsdato|datum promene|hareket tarihi|islem tarih|ngay gd'],
  [
    'acted',
    'transaction date|trans date|tran date|txn date|operation date|transactiedatum|transaction posted date|transaktionsdatum|transaktionsdag|transaksjonsdato|date de transaction|date transaction|date de la transaction|fecha de transaccion|fecha transaccion|data transakcji|effective date|交易日期|交易日|交易创建时间|תאריך עסקה',
  ],
  [
    'value',
    'value date|valuta|valutadatum|datum valuta|wertstellung|wertstellungsdatum|wertstellungstag|wert|valutadato|valutadag|date val|date de valeur|date valeur|valeur|fecha valor|f valor|data valuta|data valor|valor|rentedatum|rentedato|interest date|data waluty|arvopaiva|datum valute|ngay hieu luc|дата валютирования|value dt|תאריך חיוב|erteknap|ertek nap',
  ],
  // The day of the slip: what a bank books by, it says beside it.
  ['bought', 'purchase date|date of purchase|תאריך רכישה|תאריך הרכישה|תאריך קנייה|started date|date started|kaufdatum|einkaufsdatum|belegdatum|date achat|date d achat|fecha compra|fecha de compra|data acquisto|data compra|data da compra|aankoopdatum|inkopsdatum|kopsdatum|kjopsdato|kobsdato|date de debut|fecha de inicio|data di inizio|data rozpoczecia|startdatum|data de inicio|datum des beginns|gestart op|startdato'],
  [
    'amount',
    'kwota w walucie rachunku|ποσο λογαριασμου|zauctovana castka|suma v mene uctu|billing amount|billed amount|amount billed|amount in account currency|сума в валюті картки|сума у валюті картки|сумма в валюте счета|suma saskaitos valiuta|castka v mene uctu|сумма пересчитанная в валюту счета|net|net total|net amount|netto|neto|liquido|netto betrag|nettobetrag|montant net|importe neto|importo netto|nettobedrag|amount|amt|transaction amount|betrag|buchungsbetrag|umsatz|transaktionsbetrag|montant|montant de l operation|montant operation|importe|monto|importo|bedrag|transactiebedrag|belopp|belop|belob|summa|kwota|kwota operacji|kwota transakcji|iznos|castka|osszeg|maara|montante|quantia|valor|value|wert|total|total amount|valor total|importe total|monto total|valor da transacao|gross|gross amount|brutto|bruto|brut|lordo|avant commission|objem|upphaeð|fjarhaeð|入出金|сумма|сумма платежа|сумма операции|金額|利用金額|ご利用金額|支付金额|实付金额|订单金额|金额|交易金额|tutar|islem tutari|ποσο|סכום|סכום חיוב|סכום עסקה|suma|iznos transakcije|сума|сума операціі|mutatie|change|anderung|mouvement|mouvements|variazione|variazioni|variacion|variacao|so tien|jumlah|nominal|amaun|거래금액|거래 금액|交易金額|จำนวนเงิน|المبلغ|入出金 円|payout|payout amount|이용금액|국내이용금액|승인금액|결제금액|청구금액|입출금액|castka transakce|suma transakcie|ποσο συναλλαγης|сумма транзакции|сумма в валюте счёта|стойност|износ|maara euroa|summa eur|mablag|مبلغ|זכות חובה|חובה זכות|المبلغ بالعملة|กระแสเงิน|nominal transaksi|nilai|hareket tutari|valor lancamento|importe pesos|so tien giao dich|金额 元|发生额|交易额|paid to you|amount paid to you|cash flow|cashflow|suma in valuta contului|suma u valuti|suma v evro|сума в валюті картки uah|qiymet|mebleg|gelir xerc|сумма операции в валюте счета|importancia|value value',
  ],
  [
    'debit',
    'debit|debits|debit amount|withdrawal|withdrawals|withdrawal amount|paid out|money out|amount out|funds out|out|dr|retiro|retiros|soll|ausgang|ausgaben|belastung|lastschrift|debit eur|montant debit|cargo|cargos|debe|dare|addebiti|addebito|uscite|uscita|af|uit|debet|ut|uttag|ud|ut fra konto|uttak|belop ut|belob ud|ut belop|haevet|debito|debitos|saida|saidas|uitgaven|wydatki|obciazenia|obciazenie|charge|charges|расход|списание|支払金額|支払い金額|お支払金額|お支払い金額|払出金額|払戻金額|お引出し|お引出金額|出金|出金額|引出額|支出|支出金额|借方|借方发生额|출금액|찾으신금액|borc|בחובה|חובה|withdrawn|isplata|isplate|v breme|duguje|zaduzenje|terecenje|terheles|дебит|дебет|支出金額|提款金額|提出|提款|记账金额 支出|交易金额 支出|支出 元|so tien ghi no|ghi no|ถอนเงิน|ถอน|مدين|سحب|cikis|出金金額|出金金額 円|出金 円|支出 円|expense|expense amount|gasto|gastos|depense|depenses|お引き出し額|お引出し額|출금|지급|지급액|출금금액|찾으신 금액|расход в валюте счета|сумма по дебету|дебет счета|debets|debetas|deebet|debit dh|χρεωσεις|χρεωση|расходы|지출|مدفوعات|المسحوبات|المدين|الخصم|หัก|เดบิต|debet idr|pengeluaran|phat sinh no|支出额|转出金额|转出|출금액 원|na teret|breme|mexaric|debi|xerc|vplacila v breme|dolg|излаз|должи|исплата|задолжување|дебит bgn|chi ra|tien ra|ra|keluar|uang keluar|money sent|dr amount|amount dr|dr amt|cash out|取出金額|取款金額|取出|izdevumi|išlaidos|výdaj|výdavky|výdej|výdaje|plăți|rashodi|odliv|odlivi|ανάληψη|αναλήψεις|debitim|გასული|გასავალი|ելք|úttekt|otto|otot|càrrec|càrrecs|zorra|برداشت|निकासी|উত্তোলন|பற்று|məxaric|шығыс|зарлага',
  ],
  [
    'credit',
    'credit|credits|credit amount|deposit|deposits|deposit amount|paid in|money in|amount in|funds in|in|cr|deposito|depositos|haben|eingang|einnahmen|gutschrift|montant credit|abono|abonos|haber|avere|accrediti|accredito|entrate|entrata|bij|kredit|insattning|insattningar|inkomsten|inn|ind|inn pa konto|innskudd|belop inn|belob ind|inn belop|indsat|credito|creditos|entrada|entradas|uznania|uznanie|wplywy|приход|зачисление|預り金額|預かり金額|お預り金額|お預かり金額|受入金額|お預入れ|お預入金額|入金|入金額|預入額|收入|收入金额|贷方|贷方发生额|입금액|맡기신금액|alacak|בזכות|זכות|uplata|uplate|v dobro|potrazuje|odobrenje|jovairas|кредит|存入金額|存入|存款金額|存款|收入金額|记账金额 收入|交易金额 收入|so tien ghi co|ghi co|ฝากเงิน|ฝาก|دائن|إيداع|giris|入金金額|入金金額 円|入金 円|収入|収入金額|収入 円|income|income amount|ingreso|ingresos|revenu|revenus|recettes|お預け入れ額|お預入額|입금|맡기신 금액|입금금액|수입|приход в валюте счета|сумма по кредиту|кредит счета|kredits|kreditas|kreedit|credit dh|πιστωσεις|πιστωση|доходы|إيداعات|الإيداعات|الدائن|الإضافة|เครดิต|kredit idr|pemasukan|phat sinh co|收入额|转入金额|转入|u korist|dobro|medaxil|kredi|v dobro|улаз|побарува|уплата|одобрување|кредит bgn|thu vao|tien vao|vao|masuk|uang masuk|money received|cr amount|amount cr|cr amt|cash in|ieņēmumi|pajamos|príjem|príjmy|příjem|příjmy|încasări|primici|priliv|prilivi|κατάθεση|καταθέσεις|kreditim|შემოსული|შემოსავალი|մուտք|innlegg|pano|panot|abonament|abonaments|hartzekoa|واریز|जमा|জমা|வரவு|mədaxil|кіріс|орлого',
  ],
  [
    'mark',
    'debit credit|debetas kreditas|smer uhrady|smer platby|richtung|direction|in out|kierunek|tipo de movimento|tipo lancamento|segno|tipo movimiento|debito credito|deb cred|dare avere|cargo abono|credit debit|d c|dc|c d|dr cr|cr dr|credit debit indicator|debit credit indicator|credit or debit|soll haben|s h|sh|af bij|bij af|sens|sign|vorzeichen|debet credit|credit debet|code debet credit|debit credit flag|debets kredits|deebet kreedit|d k|收 支|收支|구분|입출금구분|입출금 구분|προσημο|προσημο ποσου|χ π|transaction type|type|tipo|typ|art|χρεωση πιστωση|depot retrait|明細区分|入払区分|زيادة نقص|тип операции|вид операции|입금출금|transaksi|loai giao dich|borc alacak|b a|借贷标志|借贷方向|借贷',
  ],
  ['fee', 'fee|fees|fee amount|fees amount|fee charged|transaction fee|transaction fees|gebuhr|gebuhren|entgelt|frais|commission|comision|commissione|tariffa|tarifa|avgift|gebyr|oplata'],
  [
    'balance',
    'balance|running balance|running bal|account balance|accountbalance|balance after|ending balance|closing balance|balance after transaction|ledger balance|book balance|saldo|saldo nach buchung|saldo na mutatie|saldo na trn|saldo po operacji|saldo contabile|saldo bokfort|bokfort saldo|kontostand|solde|solde apres operation|beholdning|zustatek|egyenleg|bal|saldos|sold|sold contabil|staða|saldo disponible|guthaben|verfugbares guthaben|取引後残高|остаток|баланс|残高|差引残高|余额|账户余额|잔액|거래후잔액|거래후 잔액|거래 후 잔액|bakiye|υπολοιπο|יתרה|יתרה בש ח|היתרה|היתרה בש ח|stanje|салдо|залишок після операціі|залишок|餘額|帳面餘額|帳戶餘額|so du|outstanding balance|restschuld|ยอดคงเหลือ|الرصيد|tilsaldo|残高 円|disponible|現在高|現在 貸付 高|お預り残高|差し引き残高|залишок на кінець періоду|結餘|结余|本次余额|联机余额|zostatok|zostatok po transakcii|ucetni zustatek po transakci|zustatek po transakci|accounting balance|잔고|거래 후잔액|λογιστικο υπολοιπο|διαθεσιμο υπολοιπο|atlikums|likutis|jaak|баланс после операции|остаток на счете|наличност|разполагаемост|stanje nakon|الرصيد بعد العملية|الرصيد المتاح|ยอดเงินคงเหลือ|คงเหลือ|sisa saldo|saldo akhir|so du cuoi|so du sau giao dich|bakiye tl|kullanilabilir bakiye|saldo r|saldo pesos|balanca|qaliq|состоіба|состојба|stanje na racunu|balance after|bal after|available bal|saldo po transakciji|saldo dupa tranzactie|sold dupa tranzactie|kalan|мнацорд|մնացորդ|balanse|bilanci|baki|ნაშთი|մնացորդ|gjendja|saldoa|مانده|शेष|ব্যালেন্স|இருப்பு|balans|қалдық|үлдэгдэл|atlikums|likutis|zostatok',
  ],
  [
    'currency',
    'валюта счета|валюта картки|currency|ccy|monn|currency code|account currency|wahrung|waehrung|devise|divisa|valuta|valuuta|valutacode|munt|muntsoort|moeda|moneda|waluta|mena|devizanem|валюта|валюта операции|валюта платежа|通貨|币种|통화|valiuta|buchungswahrung|kontowahrung|zahlungswahrung|saskaitos valiuta|mena uctu|osszeg devizaneme|valuta racuna|记账币种|幣別|whrg|debit currency|credit currency|billing currency|币别|货币|貨幣|munteenheid|valuta rekening|munt rekening|מטבע|מטבע חיוב|מטבע לחיוב|valuutta|commodity|mata uang|kode mata uang|loai tien|transaktionsvaluta|transaktionswahrung|fiat|asset|coin|krypto|kryptowahrung|العملة|عملة|สกุลเงิน|loai tien te|para birimi|doviz|doviz cinsi|waluta rachunku|mena na ucte|mena transakcie|νομισμα|валута|currencycode|통화코드|钞汇币种|货币种类|deviza|devizanem neve|curr|lcurr|crcy|waers|wkz|wahrungskennzeichen|monedha|valyuta|արժույթ|валюта на сметката|hesap para birimi|moneda cuenta|moneda contului|valuta contului|valuta konta|mena konta|munt van de rekening|value currency',
  ],
  ['account', 'mijn rekening|mon compte|mi cuenta|mein konto|mitt konto|min konto|il mio conto|minha conta|my account|moj rachunek|depa|depotnummer|depot no|iban kontoinhaber|iban auftraggeberkonto|auftraggeberkonto|auftragskonto|iban auftragskonto|bankkonto|referenzkonto|account|account id|account num|iban bban|kliendi konto|klienta konts|kliento saskaita|saskaitos nr|customer account no|customer account|posted account|numar cont|konyvelesi szamla|saskaita nr|racun|konts|rekening|rekeningnummer|numer rachunku karty|numer reiknings|bank account|this account|this party account|so tai khoan|nomor rekening|no rekening|eigene iban|own iban|own account|own account number|account nr|номер карты счета договора|карточки счета|口座番号|계좌번호|账号|帳號|αριθμος λογαριασμου|رقم الحساب|เลขที่บัญชี|so tk|hesap no|hesap numarasi|iban hesap no|no de cuenta|nro de cuenta|nro cuenta|numero de conta|szamlaszam|sajat szamlaszam|muj ucet|moj ucet|moje konto|moj rachunek|moj racun|mano saskaita|mans konts|minu konto|oma tili|contul meu|hesabim|мои счет|мій рахунок|моя сметка|моіот сметка|numarul contului|broj racuna|broj konta|stevilka racuna|cont iban|iban cont|konto iban|iban racuna|kontoid|saskaitos numeris|konta numurs|kontonr eget|local account number|local iban'],
  // The account of the file, or that of the other party: only a column that never changes is the former.
  ['constantAccount', 'numer rachunku|reikningsnumer|номер счета|номер рахунку|account number|account no|cislo uctu|konto|kontonummer|kontonr|numero de compte|compte|cuenta|conto|conta|card number|card no|creditcard nummer|kreditkartennummer|kartennummer|umsatz getatigt von|numero de carte|numero de tarjeta|картка|карта|номер карты|номер картки|卡号|卡号后四位|卡号末四位|카드번호|이용카드|מספר כרטיס|4 ספרות אחרונות של כרטיס האשראי|חשבון|kart no|kart numarasi|kreditkartennr|kreditkartennummer|kartennr'],
  // What programs that keep several accounts call each of them.
  ['namedAccount', 'account name|account|kontoname|kontobezeichnung|bezeichnung auftragskonto|konto|nom du compte|compte|nombre de la cuenta|cuenta|nome conto|conto|nome da conta|conta|naam rekening|rekening|kontonavn|kontonamn|nazwa konta|konto nazwa|conto o carta|счет|pocket|space|vault|wallet|unterkonto|subkonto|sub account|subaccount|product|produkt|produit|producto|prodotto|produto'],
  [
    'name',
    'payee|naziv|nazov|nev|nume|ime|counter party|other party|partner s name|activity name|text mottagare|nom de la contrepartie|jmeno protistrany|nazov protiuctu|payee name|payer name|nimi|title|titulo|merchant|merchant name|handler|haendler|handlername|commercant|comercio|establecimiento|estabelecimento|esercente|winkelier|sprzedawca|obchodnik|kereskedo|comerciant|isyeri|uye isyeri|торговая точка|мерчант|name|counterparty|counterparty name|beneficiary|beneficiary name|recipient|payer|auftraggeber empfanger|auftraggeber beguenstigter|auftraggeber begunstigter|beguenstigter zahlungspflichtiger|begunstigter zahlungspflichtiger|name zahlungsbeteiligter|zahlungsempfanger|zahlungsempfanger in|zahlungspflichtige r|empfanger|auftraggeber|partner name|partnername|naam tegenpartij|tegenpartij|naam|naam omschrijving|beneficiaire|tiers|beneficiario|ordenante|contropartita|destinatario|modtager|mottaker|motpart|nazwa kontrahenta|kontrahent|nadawca odbiorca|saajan nimi|saaja maksaja|handelaar|counteraccount name|nazev protiuctu|nazev uctu protistrany|odbiorca zleceniodawca|odbiorca nadawca|보낸분 받는분|nazev uctu protiuctu|partner neve|customer description|tegenrekeninghouder|利用店名 商品名|利用店名|ご利用店名|交易对方|对方户名|moketojo arba gavejo pavadinimas|prejemnik placnik|primatelj platitelj|контрагент|nazev protistrany|partner elnevezese|numele partenerului|sender receiver name|name of sender receiver|sender receiver|sender recipient|sanemejs maksatajs|saaja maksja|gavejas|moketojas gavejas|שם בית העסק|שם בית עסק|שם עסק|订单标题|对手信息|nombre|nom|nome|이용하신곳|가맹점명|이용가맹점|가맹점|사용처|받는분|보낸분|상대계좌예금주명|nazwa odbiorcy|nazwa nadawcy|saaja|saajan|sanemejs|mokėtojas arba gavejas|moketojas arba gavejas|saaja maksja nimi|platce prijemce|nazov prijemcu|nazov platitela|получатель|плательщик|отправитель|получатель плательщик|наредител получател|商户名称|商店名稱|特店名称|対方户名|对方账户名|beneficiary account name|penerima|pengirim|nguoi thu huong|nguoi nhan|ten nguoi nhan|alici|gonderen|alici gonderen|ชื่อบัญชี|المستفيد|اسم المستفيد|לטובת|ellenoldali nev|ellenoldali partner|transaction party|交易方姓名|交易对手|对手方|对方姓名|对方名称|收款人|付款人|收款方|付款方|收款人名称|付款人名称|收款人姓名|付款人姓名|對方戶名|對方名稱|相手先|取引先|振込先|상대방|거래처|받는 분|보내는 분|ชื่อผู้รับ|اسم الطرف الآخر|שם הצד השני|ten tai khoan doi ung|đơn vị thụ hưởng|don vi thu huong|nguoi chuyen|remote name',
  ],
  [
    'memo',
    'description|descriptions|desc|narration|remarks|message|meddelande|comment|zahlungszweck|beschrijving|libelles|descriere|detalii tranzactie|selitys|skyring|texti|szczegoly|tytulem|αιτιολογια|商品|transaction remarks|avisierungstext|transactie|transaction description|label|details|transaction details|narrative|particulars|memo|note|notes|verwendungszweck|buchungstext|umsatztext|text|beschreibung|buchungsdetails|libelle|libelle operation|libelle simplifie|detail de l ecriture|detail|intitule|concepto|descripcion|observaciones|movimiento|descrizione|descrizione operazione|causale|omschrijving|mededelingen|mededeling|tekst|beskrivelse|beskrivning|besked|meddelelse|forklaring|forklarande text|rubrik|historico|lancamento|descricao|descritivo|tytul|tytul operacji|opis|opis operacji|opis transakcji|popis|informacija sanemejam|selgitus|paaiskinimai|mokejimo paskirtis|toelichting|commentaire|zprava|zprava pro prijemce|poznamka|transaction ref|selite|viesti|otsikko|leiras|kozlemeny|original description|remittance information|payment reference|communication|communications|subject|item title|описание|назначение платежа|摘要|内容|お取り扱い内容|お取扱内容|取引内容|入出金内容|备注|商品说明|交易摘要|적요|내용|aciklama|περιγραφη|oznaceni operace|תיאור|תאור|פרטים|namen|opis placanja|основание|деталі операціі|опис операціі|poznamka k uhrade|popis transakcie|備註|說明|mo ta|keterangan|uraian|butiran|รายการ|البيان|الوصف|transactions|附言|用途|交易名称|渠道|网点名称|詳細|이용내역|거래내용|거래내역|적요 내용|메모|dien giai|noi dung|noi dung giao dich|noi dung chi tiet|ภาพรวม|รายละเอียด|คำอธิบาย|تفاصيل العملية|تفاصيل|وصف العملية|ملاحظات|הפעולה|תיאור התנועה|תיאור הפעולה|hareket aciklamasi|islem aciklamasi|islem|ucel platby|sprava pre prijemcu|uzivatelska poznamka|popis transakce|szczegoly transakcji|opis transakcije|svrha|svrha placanja|namena|описание операции|назначение|обоснование|пояснения|informacija|maksajuma merkis|makse selgitus|交易说明|交易描述|摘要说明|交易摘要 附言|交易地点 附言|삭제 메모|catatan|berita|rincian transaksi|rincian|descricao lancamento|glosa|detalle|detalle movimiento|concepto movimiento|交易資訊|交易资讯|附註|備考|交易说明备注|기재내용|거래기록사항|通帳メモ|お取引内容|取引明細|ご利用明細|pershkrimi|përshkrimi|tesvir|teyinat|tayinat|նկարագրություն|опис|опис на трансакција|цел на дознака|namen placila|namen nakazila|uraian transaksi|transaction info|transaction information|explicatii|explicatie|detalii|purpose',
  ],
  [
    'id',
    'transaction id|transactionid|fitid|txid|tx id|unique id|id|transaktions id|transaktionsnummer|transaktions nr|transaction number|id transaction|id transakcji|arhiveerimistunnus|arhiva kods|iraso nr|transaktionscode|numero de transaction|codice transazione|id transazione|transactiereferentie|transactie id|id de transaccion|id de la transaccion|id da transacao|numer transakcji|id transakce|archiveeritunnus|arkistointitunnus|arkistointi tunnus|거래번호|승인번호|交易流水号|流水号|交易编号|取引番号|入出金明細id|номер операции|номер документа|مرجع العملية|رقم العملية|fis no|dekont no',
  ],
  [
    'reference',
    'reference|referens|refid|ref|ref no|reference number|transaction reference|bank reference|customer reference|referenz|kundenreferenz|kundenreferenz end to end|end to end id|referencia|riferimento|kenmerk|betalingskenmerk|numero do documento|numero documento|documento|referenznummer|viite|viitenumero|so but toan|so tham chieu|ma giao dich|אסמכתא|אסמכתה|referans no|referans|referans numarasi|nomor referensi|no referensi|رقم المرجع|референция|референс|референс проводки',
  ],
  ['check', 'check number|cheque number|check no|cheque no|check|cheque|check or slip|chq no|check num'],
  ['status', 'status|statut|state|stan|tillstand|etat|estado|stato|zustand|durum|stav|стан|статус|tila|transaction status|交易状态|当前状态|حالة|الحالة|trang thai|상태|처리상태|취소여부|취소구분|승인상태|승인구분|islem durumu|סטטוס|สถานะ'],
  ['impact', 'balance impact|auswirkung auf guthaben|impact sur le solde|incidence sur le solde|impatto sul saldo|effetto sul saldo|impacto en el saldo|impacto no saldo|effect op saldo|gevolg voor saldo|wplyw na saldo'],
  ['quantity', 'quantity|qty|shares|units|stuck|anzahl|stuckzahl|nominale|cantidad|titulos|quantite|quantita|quantidade|aantal|antal|ilosc|pocet|mennyiseg|количество'],
  // Of what was paid on a loan: what lowers it, and what does not.
  ['principal', 'principal|principal amount|principal paid|principal portion|principal applied|applied to principal|capital|capital amortizado|amortizacion|amortizacao|capital amorti|capital rembourse|amortissement|tilgung|tilgungsanteil|aflossing|quota capitale|avdrag|afdrag|amortering|lyhennys|splata kapitalu|kapital'],
  ['interest', 'interest|interest amount|interest paid|interest portion|interest applied|applied to interest|zinsen|zinsanteil|interets|intereses|juros|interessi|quota interessi|rente|renter|ranta|korko|odsetki|urok|uroky|kamat'],
  [
    'kind',
    'type|transaction type|סוג עסקה|סוג תנועה|거래유형|取引区分|交易类型|نوع العملية|loai gd|islem turu|islem tipi|hareket tipi|거래구분|거래종류|umsatzart|buchungsart|vorgang|transactiesoort|mutatiesoort|typ|tipo|art|code|category|kategorie|categorie|categoria',
  ],
  [
    'foreignAmount',
    'original amount|foreign amount|local amount|сума в валюті операціі|сума в валюті транзакціі|puvodni castka uhrady|amount in foreign currency|foreign currency amount|local currency amount|originalbetrag|betrag in fremdwahrung|fremdwahrungsbetrag|montant d origine|海外出金金額|utlandsbelopp|utl belopp|utl belopp moms|해외이용금액|현지이용금액|סכום עסקה מקורי|סכום מקורי|puvodni castka a mena|kwota w walucie transakcji|суммa в валюте операции',
  ],
  ['foreignCurrency', 'original currency|foreign currency|local currency|валюта транзакціі|puvodni mena uhrady|交易币种|originalwahrung|fremdwahrung|devise d origine|מטבע עסקה מקורי|מטבע עסקה|מטבע מקור|מטבע מקורי|현지통화'],
]

/** Words inside longer headings, tried where no whole heading fits. */
const PARTS: readonly (readonly [Role, RegExp])[] = [
  ['foreignAmount', /\b(amount|betrag|montant|importe)\b.*\b(foreign|original)\b|\b(orig|original|foreign|local|instructed) amount\b/],
  ['foreignCurrency', /\b(foreign|orig|original|local|instructed) currency\b/],
  ['value', /\b(value date|valuta|wertstellung|valeur|fecha valor|rente)/],
  ['booked', /\b(booking|posting|posted|buchung|comptable|contable|contabile|boek|bokfor|bogfor|zauctovan|zuctovan|ksiegowan|knjizen|konyvel)\w*/],
  ['balance', /\b(balance|bal|saldos?|sold|solde|kontostand|zustatek|zostatok|egyenleg|atlikums|likutis|jaak|stanje|bakiye|beholdning)\b|(?<!\p{L})(остаток|залишок|салдо|состојба|υπολοιπο)(?!\p{L})/u],
  ['debit', /\b(debit|debitos?|withdrawals?|belastung|addebit\w*|uscite|cargos?|retiros?|debet|ausgehend\w*|outgoing|outflow)\b/],
  ['credit', /\b(credit|creditos?|deposits?|gutschrift|accredit\w*|entrate|abonos?|depositos?|eingehend\w*|incoming|inflow)\b/],
  ['amount', /\b(amount|betrag|umsatz|montant|importe|importo|bedrag|belopp|belop|belob|kwota|castka|osszeg|montante)\b/],
  ['currency', /\b(currency|wahrung|waehrung|devise|divisa|moneda|moeda|waluta|devizanem\w*|mena)\b/],
  [
    'name',
    /\b(payee|beneficiary|counterparty|empfanger|auftraggeber|tegenpartij|beneficiaire|beneficiario|modtager|mottaker|kontrahent)\w*/,
  ],
  [
    'memo',
    /\b(description|details|verwendungszweck|buchungstext|libelle|concepto|descripcion|descrizione|omschrijving|beskrivelse|descricao|opis|narrative)\b/,
  ],
  ['date', /(\bdate\b|datum\b|\bfecha\b|\bdato\b|\bdata\b|\bdag\b)/],
]

/** What is said of a party that is not its name. */
const BESIDE_NAME = /\b(iban|bic|blz|bankleitzahl|\w*konto(nummer)?|accounts?|compte|cuenta|\w*rekening(nummer)?|number|nummer|bank|address|adres|adresse|straat|postcode)\b|konto/

/** What is counted beside the money. */
const OF_POINTS = /\b(points?|miles|rewards?|cash ?back|loyalty|punkte|punti|puntos|pontos|poang|punten)\b/

/** Of a balance: that before the row. */
const BEFORE = /\b(before|prior|opening|antes|anterior|avant|prima|vor|vorher|voor|fore|for|inden|ennen|przed|pred|prije|inainte|elott|once|onceki|sebelum|truoc)\b|(?<!\p{L})(до|перед|πριν)(?!\p{L})/u

/** What a merchant's row holds beside the amount. */
const BESIDE_AMOUNT = /\b(shipping|handling|tip|discount|envio|livraison|versand\w*|spedizione|verzend\w*)\b/
const TAX = /\b(tax|taxes|vat|gst|hst|taxe|tva|impuestos?|\w*steuer|mwst|ust|iva|btw|moms|mva|alv|kdv|dph|afa|pdv|ndc|ндс|пдв)\b/
const NET = /\b(net|netto|neto|liquido|nettob\w+)\b/
const FEE = /\b(fees?|\w*gebuhr\w*|entgelt|provision\w*|frais|commissions?|comision(es)?|commissioni?|kosten|taxas?|tarifas?|avgift\w*|gebyr\w*|oplata|prowizja|poplatek)\b/
/** What an amount is called in some countries, and many another figure in all. */
const CHANGE = /^(mutatie|change|anderung|mouvements?|variazion[ei]|variacion|variacao)$/
/** What a row is spent on, as programs sort it. */
const CATEGORY = /\b(sub)?(category|categories|kategorie|kategorien|kategori|categorie|categoria|kategoria|kategorija|категория|категорія)\b/

/** What a direction is called beside a column for the other one, and an amount or anything else without it. */
const OUT_BESIDE = /^(payments?|payment amount|paid|spent|spend|decrease|decreases|subtractions?|outgoings?|disbursements?|minus|abgange?|zahlungsausgange?|auszahlung(en)?|paiements?|sorties?|decaissements?|pagos?|salidas?|egresos?|pagamenti|pagamentos?|uitgaand|betalingen|utbetalning(ar)?|udbetaling(er)?|utbetaling(er)?|wyplat[ay]|rozchod|rozchody)$/
const IN_BESIDE = /^(receipts?|received|receive|increase|increases|additions?|incomings?|plus|zugange?|zahlungseingange?|einzahlung(en)?|encaissements?|entrees?|cobros?|entradas?|incassi|recebimentos?|inkomend|ontvangsten|inbetalning(ar)?|indbetaling(er)?|innbetaling(er)?|wplat[ay]|przychod|przychody)$/

/** Dates that no row is booked on. */
const OTHER_DATE = /\b(initial|final|start|end|due|payout|expiry|expiration|birth|statement|export(ed)?|print(ed)?|valid|from|to|until)\b/

/** Codes that headings carry beside the word: `Amount (EUR)`, `Betrag in CHF`. */
const CODES = new Set('eur usd gbp chf sek nok dkk isk pln czk huf ron bgn try brl mxn aud cad nzd jpy cny inr zar sgd hkd ils'.split(' '))

/** What stands before the code. */
const IN = new Set('in en em i v w dalam u'.split(' '))

/** Any other code in capitals behind a word that is not: `Amount KES`, but not `TOTAL ALL`. */
function isRareCode(cell: string): boolean {
  const [, before = '', code = ''] = /^(.*\p{Ll}.*)[\s_-]([A-Z]{3})$/u.exec(cell.trim()) ?? []
  return before !== '' && readCurrency(code) === code
}

/** Currencies as East Asian headings write them in brackets. */
const BESIDE: ReadonlyMap<string, string> = new Map([['円', 'JPY'], ['元', 'CNY'], ['人民币', 'CNY'], ['원', 'KRW']])

const CODE_WORDS: ReadonlyMap<string, string> = new Map([['euro', 'eur'], ['euros', 'eur'], ['euroa', 'eur']])

export type Heading = {
  /** What the column may be, the likeliest first; `rank` compares columns with the same role, lower is better. */
  readonly meanings: readonly { readonly role: Role; readonly rank: number }[]
  /** Upper-case code named in the heading; null when none. */
  readonly currency: string | null
}

const LINES_LOOKED_AT = 100
const LONGEST_HEADING = 200

/** Letters of Chinese headings in both scripts: what is known in one is known in the other. */
const TRADITIONAL = '額餘帳戶號幣種類轉貸記對單備註時間匯領發報說銀'
const SIMPLIFIED = '额余账户号币种类转贷记对单备注时间汇领发报说银'

function inOtherScript(word: string, from: string, to: string): string {
  return word.replace(/\p{Script=Han}/gu, (letter) => (from.includes(letter) ? to[from.indexOf(letter)]! : letter))
}

const MEANINGS: ReadonlyMap<string, Heading['meanings']> = (() => {
  const map = new Map<string, { role: Role; rank: number }[]>()
  for (const [role, words] of WORDS) {
    words.split('|').map(plainWords).forEach((word, rank) => {
      for (const written of new Set([word, inOtherScript(word, TRADITIONAL, SIMPLIFIED), inOtherScript(word, SIMPLIFIED, TRADITIONAL)])) {
        const known = map.get(written)
        if (known === undefined) map.set(written, [{ role, rank }])
        else if (!known.some((one) => one.role === role)) known.push({ role, rank })
      }
    })
  }
  return map
})()

/** The rank of a heading that is nothing but a currency: behind all words. */
export const BARE_CURRENCY = 999
const BEHIND_WORDS = 998
/** Of words inside longer headings. */
const WITHIN = 1_000
/** Behind others of the kind. */
const LATER = WITHIN + 1

/** `Debit/Credit`: a word for the direction, or amounts with signs. */
function withSigns(meanings: Heading['meanings'] | undefined): Heading['meanings'] | undefined {
  return meanings?.[0]?.role === 'mark' ? [...meanings, { role: 'amount', rank: LATER }] : meanings
}

/** The meanings of a heading cell; none when no word is known. */
export function readHeading(written: string): Heading {
  // The zone of its times.
  // Nobody heads a column with more; what stands there may be long, and blank.
  const cell = written.slice(0, LONGEST_HEADING).replace(/[ _(]+(utc|gmt)\)?$/i, '')
  const beside = /[(（［[]\s*(?:(?:in|en|em|i|w)\s+)?([^()（）]{1,4}?)\s*[)）］\]]/u.exec(cell)
  const unit = beside === null ? null : readCurrency(BESIDE.get(beside[1]!) ?? beside[1]!)
  const isUnit = beside !== null && (unit !== null || beside[1] === '$')
  // `Cargo S/`.
  const sign = /\s(\p{L}{0,3}[^\p{L}\p{N}\s]+)$/u.exec(cell)?.[1] ?? ''
  const before = /^(\p{Sc})\s/u.exec(cell)?.[1] ?? ''
  const signed = readCurrency(sign)
  const symbol = unit ?? signed ?? readCurrency(before) ?? (cell.includes('€') ? 'EUR' : cell.includes('£') ? 'GBP' : /ש["״]ח/.test(cell) ? 'ILS' : null)
  const words = plainWords((isUnit ? cell.replace(beside[0], ' ') : signed === null ? cell : cell.slice(0, -sign.length)).replace(/([a-z])([A-Z])/g, '$1 $2').replace(/(\p{L})(\d)/gu, '$1 $2')).split(' ')
  const last = CODE_WORDS.get(words.at(-1) ?? '') ?? words.at(-1) ?? ''
  const code = words.length > 1 && (CODES.has(last) || isRareCode(cell)) ? last : null
  if (code !== null) words.pop()
  if (code !== null && words.length > 1 && IN.has(words.at(-1)!)) words.pop()
  const plain = words.join(' ')
  const currency = code?.toUpperCase() ?? symbol
  // `[-] USD`: what went out in that currency.
  const side = /^[[(]([-+])[\])] ?([A-Z]{3})?$/.exec(cell.trim())
  if (side !== null) return { meanings: [{ role: side[1] === '-' ? 'debit' : 'credit', rank: 0 }], currency: side[2] === undefined ? null : readCurrency(side[2]) }
  const exact = withSigns(MEANINGS.get(plain))
  // A number of something that is counted in a currency is money.
  if (exact !== undefined) return { meanings: currency !== null && exact[0]?.role === 'quantity' ? [{ role: 'amount', rank: BEHIND_WORDS }] : exact, currency }
  // `Beschreibung 2`.
  const numbered = MEANINGS.get(plain.replace(/ \d{1,2}$/, ''))?.filter(({ role }) => role === 'memo' || role === 'name') ?? []
  if (numbered.length > 0) return { meanings: numbered, currency }
  // `CAD$`: the amounts in that currency.
  const money = readCurrency(cell.replace(/\$$/, '').trim())
  if (money !== null && /^[A-Z]{3}\$?$/.test(cell.trim())) return { meanings: [{ role: 'amount', rank: BARE_CURRENCY }], currency: money }
  if (plain === '' || plain.length > 60 || /\d{4}/.test(plain)) return { meanings: [], currency: null }
  if (partyIn(plain) !== null) return { meanings: [{ role: 'name', rank: BEHIND_WORDS }], currency }
  const fits = (role: Role): boolean => (role === 'name' ? !BESIDE_NAME.test(plain) : role === 'currency' ? !FEE.test(plain) : role === 'balance' || role === 'amount' ? !OF_POINTS.test(plain) : role !== 'date' || !OTHER_DATE.test(plain))
  const told = PARTS.filter(([role, part]) => part.test(plain) && fits(role)).map(([role]) => role)
  // `Credit/Debit Amount` is one column for both.
  const roles = told.includes('debit') && told.includes('credit') ? (['amount', 'mark'] as const) : told
  return { meanings: roles.map((role) => ({ role, rank: role === 'amount' && BESIDE_AMOUNT.test(plain) || TAX.test(plain) || (role === 'balance' && BEFORE.test(plain)) ? LATER : WITHIN })), currency }
}

/** A word for what went out, and beside a column for that for what it cost. */
export function isCharge(cell: string): boolean {
  return /^charges?$/.test(plainWords(cell))
}

/** A column beside the amount that is a tax on it, or in it. */
export function isTax(cell: string): boolean {
  return TAX.test(plainWords(cell))
}

/** A column of what something is taken off from: a fee, or a tax. */
export function isNet(cell: string): boolean {
  return NET.test(plainWords(cell))
}

/** Whether one of the headings is that of a fee, beside which the net is what moved. */
export function namesFee(cells: readonly string[]): boolean {
  return cells.some((cell) => FEE.test(plainWords(cell)))
}

/** Whether a heading names the other party as such. */
export function isOfOther(cell: string): boolean {
  return isSenderOrReceiver(cell) || partyIn(cell) === 'either' || /^partner ?name$|tegenpartij|counter ?party|contrepartie|contropartita|contraparte|kontrahent|motpart|protistran|protiuct|zahlungsbeteiligt|payee|beneficiar/.test(plainWords(cell))
}

/** Whether a heading names whichever side of a payment is the other one. */
export function isSenderOrReceiver(cell: string): boolean {
  return /\b(sender|receiver|recipient)\b/.test(plainWords(cell))
}

/** Whether a balance is called that before the row. */
export function isBefore(cell: string): boolean {
  return BEFORE.test(plainWords(cell))
}

/** Whether a heading says no more than "name": beside that of the other party it is whose account it is. */
export function isBareName(cell: string): boolean {
  return /^(name|naam|nom|nombre|nome|nimi|navn|namn|nazwa|nazev|nazov|naziv|nev|nume|ime|customer name)$/.test(plainWords(cell))
}

/** Whether a heading names who pays, or who is paid. */
export function sideOf(cell: string): 'payer' | 'payee' | null {
  const party = partyIn(cell)
  return party === 'either' ? null : party
}

export function isChange(cell: string): boolean {
  return CHANGE.test(plainWords(cell))
}

/** A word for a kind of row, not for its direction, though the kind may tell it. */
export function isType(cell: string): boolean {
  return /^(transaction )?(type|typ|art)$/.test(plainWords(cell))
}

/** Parts of an account that a bank keeps as accounts. */
export function isPart(cell: string): boolean {
  return /^(pocket|space|vault|unterkonto|subkonto|sub ?account)$/.test(plainWords(cell))
}

/** A column of the names of accounts, called so. */
export function isAccountName(cell: string): boolean {
  return /^(account name|kontoname|kontobezeichnung|nom du compte|nombre de la cuenta|nome conto|nome da conta|naam rekening|kontonavn|kontonamn|nazwa konta)$/.test(plainWords(cell))
}

/** What a bank calls the kind of each account that it keeps for somebody, and a shop what it sells. */
export function isProduct(cell: string): boolean {
  return /^(product|produkt|produit|producto|prodotto|produto)$/.test(plainWords(cell))
}

/** What an exchange calls all that it keeps, and others what they own or trade. */
export function isAsset(cell: string): boolean {
  return plainWords(cell) === 'asset'
}

export function isCategory(cell: string): boolean {
  return CATEGORY.test(plainWords(cell))
}

/** Whether a heading names a date that no row is booked on. */
export function isOtherDate(cell: string): boolean {
  return OTHER_DATE.test(plainWords(cell))
}

/** How many headings of a bank stand in the first lines of a text, each once. */
export function countHeadings(text: string): number {
  const cells = text.split(/\r\n|\n|\r/, LINES_LOOKED_AT).flatMap((line) => line.split(/[,;\t|]/).map((cell) => plainWords(cell)))
  return new Set(cells.filter((cell) => MEANINGS.has(cell))).size
}

/** Whether a record is a heading line: it names a date and an amount, and no cell of it is a figure. */
export function isHeadingLine(cells: readonly string[]): boolean {
  // Most lines of a text that is no table are told by that: looking up words takes long.
  if (cells.length < 2) return false
  const roles = new Set(cells.flatMap((cell) => readHeading(cell).meanings.map(({ role }) => role)))
  const dated = roles.has('booked') || roles.has('date') || roles.has('acted') || roles.has('value') || roles.has('bought')
  return dated && namesAmounts(cells)
}

/** Whether a record names an amount, and no cell of it is a figure. */
export function namesAmounts(cells: readonly string[]): boolean {
  const roles = new Set(cells.flatMap((cell) => readHeading(cell).meanings.map(({ role }) => role)))
  const named = cells.filter((cell) => cell.trim() !== '')
  return (roles.has('amount') || roles.has('debit') || roles.has('credit') || sidesBeside(cells).length > 0 || paidOn(cells) !== null) && named.length >= 2 && !named.some((cell) => /^[-+]?[\d.,]+$/.test(cell.trim()))
}

/** Columns for money out and money in, of which one or both are called so only beside the other; none where there are not just the two. */
export function sidesBeside(cells: readonly string[]): readonly { readonly role: 'debit' | 'credit'; readonly at: number }[] {
  const told = cells.map(plainWords)
  const pair = inAndOut(told)
  if (pair !== null) return pair
  if (!told.some((cell) => OUT_BESIDE.test(cell) || IN_BESIDE.test(cell))) return []
  const are = (role: 'debit' | 'credit', beside: RegExp): readonly number[] => told.flatMap((cell, at) => (beside.test(cell) || MEANINGS.get(cell)?.[0]?.role === role ? [at] : []))
  const [[out, ...outs], [into, ...intos]] = [are('debit', OUT_BESIDE), are('credit', IN_BESIDE)]
  return out === undefined || into === undefined || outs.length + intos.length > 0 ? [] : [{ role: 'debit', at: out }, { role: 'credit', at: into }]
}

/** `Shares in` and `Shares out`: one word and its two directions, the only ones of their kind. */
function inAndOut(told: readonly string[]): readonly { readonly role: 'debit' | 'credit'; readonly at: number }[] | null {
  const ends = (end: RegExp): readonly { readonly of: string; readonly at: number }[] => told.flatMap((cell, at) => (end.test(cell) && !OF_TIME.test(cell) ? [{ of: cell.replace(end, ''), at }] : []))
  const [[out, ...outs], [into, ...intos]] = [ends(/ out$/), ends(/ in$/)]
  return out === undefined || into === undefined || outs.length + intos.length > 0 || out.of !== into.of ? null : [{ role: 'debit', at: out.at }, { role: 'credit', at: into.at }]
}

/** Whoever checked or clocked in and out. */
const OF_TIME = /\b(check|clock|time|sign|log|date|opt)\b/

/** The column of what was paid on a loan, which is called a payment beside the principal and the interest in it. */
export function paidOn(cells: readonly string[]): number | null {
  const told = cells.map(plainWords)
  const at = told.findIndex((cell) => /^(total )?(payment|payments|paid|zahlung|rate|paiement|echeance|pago|cuota|rata|betaling|termin)$/.test(cell))
  return at !== -1 && (['principal', 'interest'] as const).every((role) => told.some((cell) => MEANINGS.get(cell)?.some((meaning) => meaning.role === role))) ? at : null
}
