// What the tests ask of a page, run in it: playwright puts this before the page's own script.
globalThis.inPage = {
  /** Elements that reach beyond the page, and whether it scrolls sideways. */
  tooWide() {
    const { clientWidth, scrollWidth } = document.documentElement;
    // Curves are clipped by their box, and labels by their time axis.
    const all = [...document.querySelectorAll('body *')].filter(
      (element) =>
        element.closest('svg, .times') === null && element.getBoundingClientRect().right > clientWidth + 1,
    );
    return {
      scrolls: scrollWidth > clientWidth,
      beyond: all.map((element) => `${element.tagName} ${element.className}`),
    };
  },

  ground: () => getComputedStyle(document.body).backgroundColor,

  /** Texts whose contrast with the ground that they stand on is below `least`. */
  faintTexts(least) {
    const numbers = (color) => {
      const parts = (/^(?:rgba?|color)\((.*)\)$/.exec(color)?.[1] ?? '')
        .split(/[\s,/]+/)
        .filter((part) => part !== 'srgb')
        .map(Number);
      const size = color.startsWith('color') ? 255 : 1;
      const [red = 0, green = 0, blue = 0, alpha = 1] = parts;
      return { rgb: [red * size, green * size, blue * size], alpha };
    };
    const groundOf = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const { rgb, alpha } = numbers(getComputedStyle(at).backgroundColor);
        if (alpha > 0.5) return rgb;
      }
      return [255, 255, 255];
    };
    const luminance = (rgb) => {
      const [red, green, blue] = rgb.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const found = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent.trim();
      if (text === '' || element.closest('script, [hidden]') !== null) continue;
      const ink = luminance(numbers(getComputedStyle(element).color).rgb);
      const ground = luminance(groundOf(element));
      const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      if (ratio < least) found.set(text.slice(0, 60), Math.round(ratio * 100) / 100);
    }
    return [...found].map(([text, ratio]) => ({ text, ratio }));
  },

  /**
   * The decision that holds longest of the plot that has the most, and how far from the left its middle is. Of several
   * plots of one name the last, which shows the shortest stretch.
   */
  longestNote() {
    const { plots } = JSON.parse(document.getElementById('playback').textContent);
    const [plot, { notes }] = Object.entries(plots)
      .filter(([key]) => key !== 'steps')
      .toSorted(([, a], [, b]) => b.notes.length - a.notes.length)[0];
    const { from, to } = [...document.querySelectorAll(`[data-plot="${plot}"]`)].at(-1).dataset;
    const within = notes.filter(([time]) => time >= from && time < to);
    const held = within.map(([time, , sentence], index) => ({
      sentence,
      time,
      length: (within[index + 1]?.[0] ?? Number(to)) - time,
    }));
    const { sentence, time, length } = held.toSorted((a, b) => b.length - a.length)[0];
    return { plot, sentence, at: (time + length / 2 - Number(from)) / (Number(to) - Number(from)) };
  },
};
