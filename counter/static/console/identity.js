/**
 * First look at identity numbers and credit codes, so that a slip of the finger is told at the field.
 * The server decides; a number that passes here may still be refused there.
 */

import { birthdayIn, checks } from "/static/js/resident_id.js";
import { hallNow } from "../office/hall_time.js";

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
  const born = birthdayIn(plain);
  if (!born) return "身份证号码里的出生日期不存在，请核对。";
  return born > today ? "身份证号码里的出生日期还没到，请核对。" : null;
}

function wrongCheckDigit(plain) {
  return checks(plain) ? null : "身份证号码的最后一位对不上，请逐位核对。";
}
