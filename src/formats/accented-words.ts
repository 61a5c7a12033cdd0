/**
 * Words with accents that statements of banks are full of, by which a text of few accents shows its charset: `Stra\xe1e`
 * reads well in Windows-1252, but only the code page of DOS makes a word of it. Whole words of four letters and more, so
 * that no other text holds one by chance.
 */

const WORDS: readonly string[] = [
  // German
  'überweisung|überweisungen|gebühr|gebühren|rückzahlung|rückerstattung|rücklastschrift|rückbuchung|übertrag|umsätze|empfänger|begünstigter|begünstigten|vergütung|währung|straße|größe|grüße|märz|jänner|bäckerei|bäcker|müller|schäfer|schröder|krüger|köhler|könig|günther|jürgen|jörg|björn|köln|münchen|düsseldorf|nürnberg|zürich|würzburg|saarbrücken|tübingen|münster|göttingen|österreich|österreichische|möbel|getränke|drogeriemärkte|geschäft|geschäftskonto|büro|bücher|schlüssel|kühl|fürs|könnte|verfügung|verfügungen|auszüge|zuschläge|zinserträge|beiträge|kündigung|gemäß|früh|lübeck|böblingen|grün|schön|schöne|höhe|glück|frühstück|brötchen|gemüse|küche|hörgeräte|zahnärzte|ärzte|jährlich',
  // French
  'société|sociétés|crédit|crédits|débit|débits|débiteur|créditeur|prélèvement|prélèvements|prélevé|référence|références|numéro|intérêt|intérêts|impôt|impôts|chèque|chèques|dépôt|dépôts|libellé|opération|opérations|échéance|café|cafés|hôtel|hôpital|pâtisserie|épicerie|supermarché|marché|marchés|bébé|électricité|électrique|énergie|téléphone|télécom|sécurité|santé|école|étranger|février|août|décembre|année|journée|réglé|règlement|réception|dépense|dépenses|déjà|différé|pièce|pièces|immobilière|générale|générali|orléans|besançon|nîmes|béziers|montréal|québec|françois|jérôme|hélène|rené|andré|valérie|stéphane|frédéric|cécile|postières|fête|noël|boîte|goût|forêt|château|théâtre|cinéma|musée|abonné|remboursé|payé|versé|reçu|français|française|garçon|leçon|façade|voilà|étudiant|être|même|fenêtre|frère|père|mère|première|dernière|très|après|près|succès|accès',
  // Spanish and Portuguese
  'nómina|teléfono|comisión|liquidación|operación|retención|amortización|devolución|información|pensión|según|panadería|carnicería|ferretería|librería|peluquería|lavandería|cafetería|compañía|españa|española|español|señor|señora|años|niños|daños|diseño|cumpleaños|garcía|martínez|rodríguez|hernández|gonzález|lópez|sánchez|pérez|gómez|fernández|álvarez|jiménez|ramírez|gutiérrez|vázquez|suárez|muñoz|núñez|ibáñez|josé|maría|jesús|andrés|málaga|cádiz|córdoba|león|mérida|méxico|perú|bogotá|panamá|coruña|cataluña|crédito|débito|créditos|débitos|electrónico|electrónica|número|público|médico|médica|gasóleo|depósito|artículo|envío|miércoles|sábado|mañana|pequeño',
  'cartão|cartões|transferência|transferências|salário|serviço|serviços|prestação|liquidação|comissão|operação|alimentação|educação|manutenção|restituição|saúde|farmácia|joão|simão|conceição|gonçalves|araújo|antónio|antônio|inácio|empréstimo|março|português|água|águas|polícia|média|combustível|automóvel|imóvel|câmbio|câmara|município|açougue|açúcar|irmãos|associação|fundação|aplicação|poupança|cobrança|segurança|agência|conferência|assistência|residência|brasília|goiânia|cuiabá|maceió|belém',
  // Nordic
  'överföring|insättning|från|räntor|ränta|löner|månad|månads|årsavgift|kjøp|varekjøp|overføring|lønn|årspris|månedsavgift|måned|købmand|overførsel|lønoverførsel|årsafgift|børn|børnehave|kontanthævning|hævet|östergade|østergade|søren|jørgen|malmö|göteborg|västerås|örebro|jönköping|linköping|norrköping|gävle|umeå|luleå|århus|ålborg|københavn|tromsø|bodø|ålesund|hemköp|skatteåterbäring|återbäring|återbetalning|kirjauspäivä|määrä|käteinen|jyväskylä|hämeenlinna|seinäjoki|päivä',
  // Italian
  'società|città|università|qualità|attività|caffè|però|così|perché|proprietà|pubblicità|indennità|mensilità|capacità|libertà|unità|venerdì|lunedì|martedì',
]

const KNOWN: ReadonlySet<string> = new Set(WORDS.flatMap((words) => words.split('|')))

const SHORTEST = 4
const RUN = /\p{L}+/gu

/** How many different ones of those words a text holds. */
export function countAccentedWords(text: string): number {
  const found = new Set<string>()
  for (const [run] of text.matchAll(RUN)) {
    if (run.length < SHORTEST || !/[^\x00-\x7f]/.test(run)) continue
    const word = run.toLowerCase()
    if (KNOWN.has(word)) found.add(word)
  }
  return found.size
}
