/** What the hall's voice says: numbers digit by digit, floors and counters as people say them. */

const DIGITS = "零一二三四五六七八九";
/** With so many calls waiting to be spoken, each is said once and short. */
const MANY = 3;

/** "A012" as it is read aloud: letters as they are, digits one by one. */
export function spokenNumber(number) {
  return [...number].map((sign) => DIGITS[sign] ?? sign).join(" ");
}

/** A counter's number below one hundred as a number: 2 is 二, 12 is 十二, 20 is 二十. */
export function spokenCounter(counter) {
  const tens = Math.floor(counter / 10);
  const ones = counter % 10;
  if (counter >= 100) return spokenNumber(String(counter));
  if (tens === 0) return DIGITS[ones];
  return `${tens === 1 ? "" : DIGITS[tens]}十${ones === 0 ? "" : DIGITS[ones]}`;
}

/** The sentences to speak for a call, in order; `behind` is how many more calls wait to be spoken. */
export function sentences(call, behind) {
  const number = spokenNumber(call.number);
  const counter = `${spokenCounter(call.counter)}号窗口`;
  if (behind >= MANY) return [`${number}，${counter}。`];
  const please = call.calls > 1 ? "再请" : "请";
  const floor = `${spokenCounter(call.floor)}楼`;
  const sentence = call.direction === "here" ? `${please} ${number}，到${floor} ${counter}办理。`
    : `${please} ${number}，${call.direction === "up" ? "上" : "下"}${floor}，到${counter}办理。`;
  return [sentence, sentence];
}

/** The calls still to be spoken: ids above the last one, rising; on the first board only fresh calls. */
export function unspoken(calls, lastId, now) {
  const FRESH_MS = 10000;
  return calls
    .filter((call) => (lastId === null ? now - Date.parse(call.called_at) < FRESH_MS : call.id > lastId))
    .sort((a, b) => a.id - b.id);
}
