"""What the checks find in our letters and pages, and why it stays. What is no longer found must be struck out here."""

# html-validate, by rule.
HTML = {
    "aria-label-misuse": "the count of votes is a sign with a name: else screen readers would say a triangle",
    "doctype-style": "HTML takes it in any case",
    "form-dup-name": "the boxes of one list share a name, as its values are one field",
    "long-title": "a letter's title is its subject, which names a paper",
    "no-implicit-button-type": "a button without a type submits its form, and ours are meant to",
    "no-inline-style": "mail programs drop style sheets, so letters carry their styles in their elements",
    "prefer-native-element": "a paper's BibTeX scrolls, so it is a region that has a name; a <pre> it stays",
    "no-trailing-whitespace": "where a template left something out; nobody sees it",
    "no-deprecated-attr": "Outlook for Windows goes by these of tables (width, align and the like), not by styles",
}

# caniemail, by feature: what some mail program or other ignores or changes, and what is seen there then.
MAIL = {
    "<body> element": "some drop its styles: the inner table has ground, colour and font as well",
    "<style> element": "it holds the colours for the dark alone: all else is written into the elements",
    "@media": "asks for the dark alone; without it a letter stays light, or is darkened by the program",
    "align attribute": "centres the column in a wide window; without it the column stands at the left",
    "background": "a plain colour; where only background-color counts the program's own ground is seen",
    "border": "a thin line between papers and over the foot; without it the space still parts them",
    "border-radius": "the button has square corners",
    "cellpadding attribute": "set to 0, as is the styles' padding",
    "cellspacing attribute": "set to 0, and no cells stand side by side",
    "display": "inline-block, so that a link's padding can be tapped; without it a link is as high as its line",
    "display:none": "hides the words for the inbox; where it is not known max-height and font size make them a dot",
    "font-size": "in pixels, which all know; what some lack is rem and the like",
    "font-weight": "bold, which all know; what some lack is numbers",
    "height property": "found in line-height and max-height",
    "lang attribute": "for screen readers; where it is dropped they take the reader's own language",
    "letter-spacing": "of headings in capitals; without it they are closer",
    "line-height": "without units, which all but two know; those set lines as they like",
    "margin": "between paragraphs; where it is dropped they are parted by the program's own",
    "max-width": "of the column; Outlook goes by the width attribute",
    "overflow": "of the words for the inbox, which are hidden thrice",
    "padding": "Outlook for Windows pads cells alone, so what must be padded is one",
    "role attribute": "for screen readers: tables for layout; where it is dropped they are read as tables",
    "text-align": "left, as it is without",
    "text-decoration": "titles are without underline; where it is dropped they have one",
    "text-transform": "of headings; without it they stand as written",
    "transform": "found in text-transform",
    "width attribute": "of the column; hey.com goes by the style",
    "width property": "of the column; Outlook goes by the attribute",
}

# SpamAssassin, by rule: all that letters meet, with or without points.
SPAM = {
    "HTML_MESSAGE": "there is an HTML part",
    "MAILING_LIST_MULTI": "in favour of list mail, for its List-ID, List-Unsubscribe and Precedence",
}
