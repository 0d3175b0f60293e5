/** Common words of other languages that English does not have, and of English. */
const others = new Set(
  `ich du er wir ihr und oder nicht bitte der das den dem ein eine einen mich mir auf mit für morgen heute übermorgen aufgabe
   aufgaben füge hinzu lösche erinnere erledigt kaufen zeige meine liste anrufen ist sind alle
   le les des du une un et ou pas je tu nous vous mes mon ma ajoute ajouter acheter tâche tâches supprime rappelle demain
   aujourd'hui montre
   el los las una y no yo tú mi mis añade agrega agregar comprar tarea tareas borra elimina mañana hoy recuérdame muestra
   il lo gli una e non io aggiungi comprare compito domani oggi mostra
   het een en niet ik jij mijn taak taken morgen vandaag voeg toe verwijder koop
   os uma não eu meu minha adicionar tarefa amanhã hoje
   bir ve ben benim görev ekle yarın bugün sil lütfen`.split(/\s+/),
);
const english = new Set(
  "the a an my i to of and for on in is it this that what with add task delete show done buy call no me do you at".split(
    " ",
  ),
);

/** Whether a text may be English, by its letters and its most common words. */
export function isEnglish(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  if (letters.length > 0 && latin.length < letters.length / 2) return false;
  const words = text.toLowerCase().match(/[\p{L}']+/gu) ?? [];
  const count = (known: ReadonlySet<string>) => words.filter((word) => known.has(word)).length;
  return count(others) <= count(english);
}
