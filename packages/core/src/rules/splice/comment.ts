/** The first words of models that speak of the task instead of going on, in the languages that answers come in. */
const WORDS =
  /^\s*(?:sure|certainly|of course|okay|ok\b|absolutely|got it|here is|here are|here's|here goes|continuing|continued|continuation|to continue|let me continue|i['’]?ll (?:go on|continue)|(?:i['’]?m )?sorry|apologies|i apologi|unfortunately|i can(?:no|['’])t|voici|bien sûr|désolé|claro|por supuesto|aquí|lo siento|hier ist|natürlich|weiter geht|gerne|leider|entschuldigung|继续|接着|好的|当然|以下是|抱歉|对不起|続き|もちろん|はい|申し訳|계속|물론|네,|конечно|продолж|вот |извините)/iu;

export const isComment = (text: string): boolean => WORDS.test(text);

/** A line that introduces what follows it: a comment, a line that ends in a colon, a fence opened anew, a heading. */
const INTRODUCTION = /^(?:```|#)|[:：]\s*$/;

export const looksLikeComment = (line: string): boolean => isComment(line) || INTRODUCTION.test(line.trim());
