/**
 * First look at identity numbers and credit codes, so that a slip of the finger is told at the field.
 * The server decides; a number that passes here may still be refused there.
 */

import { hallNow } from "../office/hall_time.js";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = "10X98765432";
const CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** What is wrong with a number of this kind, in the clerk's words; null when nothing is seen. */
export function wrongIdNumber(kind, text, today = hallNow()) {
  const plain = normal(text);
  if (!plain) return "请填证件号码。";
  if (kind !== "resident_id") return /^[0-9A-Z()-]{4,30}$/.test(plain) ? null : "证件号码应是 4 到 30 位数字或字母。";
  if (plain.length !== 18) return `身份证号码应是 18 位，现在是 ${plain.length} 位。`;
  if (!/^\d{17}[\dX]$/.test(plain)) return "身份证号码只能有数字，最后一位可以是 X。";
  return wrongBirthday(plain, today) ?? wrongCheckDigit(plain);
}

/** What is wrong with a unified social credit code (GB 32100); null when nothing is seen. */
export function wrongCreditCode(text) {
  const plain = normal(text);
  if (!plain) return "请填统一社会信用代码。";
  if (plain.length !== 18) return `统一社会信用代码应是 18 位，现在是 ${plain.length} 位。`;
  const values = [...plain].map((character) => CREDIT_ALPHABET.indexOf(character));
  if (values.includes(-1)) return "统一社会信用代码里不会有 I、O、S、V、Z，请核对。";
  let weight = 1;
  let total = 0;
  for (const value of values.slice(0, 17)) {
    total += value * weight;
    weight = (weight * 3) % 31;
  }
  return (31 - (total % 31)) % 31 === values[17] ? null : "统一社会信用代码的最后一位对不上，请逐位核对。";
}

/** A number as it is sent: no blanks, upper case. */
export function normal(text) {
  return text.replace(/\s/g, "").toUpperCase();
}

function wrongBirthday(plain, today) {
  const [year, month, date] = [plain.slice(6, 10), plain.slice(10, 12), plain.slice(12, 14)].map(Number);
  const born = new Date(year, month - 1, date);
  if (born.getFullYear() !== year || born.getMonth() !== month - 1 || born.getDate() !== date) {
    return "身份证号码里的出生日期不存在，请核对。";
  }
  return born > today ? "身份证号码里的出生日期还没到，请核对。" : null;
}

// ISO 7064 MOD 11-2
function wrongCheckDigit(plain) {
  const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(plain[place]), 0);
  return CHECK_DIGITS[total % 11] === plain[17] ? null : "身份证号码的最后一位对不上，请逐位核对。";
}
