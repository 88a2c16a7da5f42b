/** Numbers of residents (GB 11643): the birthday in them and the check digit; nothing here touches the page. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = "10X98765432";

/** The birthday in 18 characters, or null when there is no such day. @returns {Date|null} */
export function birthdayIn(plain) {
  const [year, month, date] = [plain.slice(6, 10), plain.slice(10, 12), plain.slice(12, 14)].map(Number);
  const born = new Date(year, month - 1, date);
  return born.getFullYear() === year && born.getMonth() === month - 1 && born.getDate() === date ? born : null;
}

/** Whether the last of 18 characters agrees with the others (ISO 7064 MOD 11-2). */
export function checks(plain) {
  const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(plain[place]), 0);
  return CHECK_DIGITS[total % 11] === plain[17];
}

/** Whether somebody can have this number. */
export function isResidentId(text) {
  if (!/^\d{17}[\dX]$/.test(text) || !checks(text)) return false;
  const born = birthdayIn(text);
  return born !== null && born.getFullYear() >= 1900 && born <= new Date();
}
