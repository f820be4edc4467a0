/** Why SQL has no like in another dialect: ends the reading or writing of one text, whose edge makes a reason of it. */
export class Untranslatable extends Error {}
