/**
 * The hall's voice: a chime, then the call twice, one call after the other by rising id.
 *
 * It speaks with the Chinese voice of the computer, without the internet. Where there is none, or the browser
 * holds the sound back, the wall says that people should watch it; a call counts as sounded only when it was.
 */

import { sentences, unspoken } from "./spoken.js";

const PAUSE_MS = 1500;
/** A sentence that has not ended by then never will: the next call must not wait for it. */
const LONGEST_MS = 15000;
/** Older calls are no news any more once so many wait behind them; the wall still shows them. */
const LONGEST_QUEUE = 20;
const CHIME = [[0, 880], [0.35, 659]];

export class Voice {
  /** @param {BoardLink} link @param {(silent: boolean) => void} onSilence told whether people hear nothing */
  constructor(link, onSilence) {
    this.link = link;
    this.onSilence = onSilence;
    this.sound = new AudioContext();
    this.waiting = [];
    this.last = null;
    this.epoch = null;
    this.speaking = false;
  }

  take(board) {
    if (board.epoch !== this.epoch) {
      this.epoch = board.epoch;
      this.last = null;
      this.waiting = [];
    }
    const news = unspoken(board.calls, this.last, this.link.now);
    this.last = Math.max(this.last ?? 0, ...board.calls.map((call) => call.id));
    this.waiting = [...this.waiting, ...news].slice(-LONGEST_QUEUE);
    if (!this.speaking) this.play();
  }

  async play() {
    this.speaking = true;
    try {
      while (this.waiting.length) {
        const call = this.waiting.shift();
        const heard = await this.say(sentences(call, this.waiting.length));
        this.onSilence(!heard);
        if (heard) this.link.confirm("sounded", call.id);
      }
    } finally {
      this.speaking = false;
    }
  }

  /** Whether everything was spoken to its end. */
  async say(lines) {
    await this.chime();
    const voice = chineseVoice();
    if (!voice || this.sound.state !== "running") return false;
    for (const [index, line] of lines.entries()) {
      if (index) await pause(PAUSE_MS);
      if (!(await speak(line, voice))) return false;
    }
    return true;
  }

  async chime() {
    // A held-back sound never resumes by itself, and asking may never be answered.
    if (this.sound.state !== "running") await Promise.race([this.sound.resume(), pause(500)]);
    if (this.sound.state !== "running") return;
    const start = this.sound.currentTime;
    for (const [after, pitch] of CHIME) this.tone(start + after, pitch);
    await pause(1100);
  }

  tone(start, pitch) {
    const source = this.sound.createOscillator();
    const volume = this.sound.createGain();
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0.4, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.7);
    source.connect(volume).connect(this.sound.destination);
    source.start(start);
    source.stop(start + 0.7);
  }
}

function chineseVoice() {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find((voice) => voice.lang.startsWith("zh") && voice.localService);
}

/** Whether the sentence was spoken to its end. */
function speak(text, voice) {
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice, lang: voice.lang, rate: 0.9 });
    const stop = setTimeout(() => {
      speechSynthesis.cancel();
      resolve(false);
    }, LONGEST_MS);
    const end = (heard) => () => {
      clearTimeout(stop);
      resolve(heard);
    };
    utterance.addEventListener("end", end(true));
    utterance.addEventListener("error", end(false));
    speechSynthesis.speak(utterance);
  });
}

function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
