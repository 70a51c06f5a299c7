"""The commands of prose, by what becomes of them."""

from papers.text.tex import symbols
from papers.text.tex.symbols import names

# What they are given stays, without them.
SHOWING = names("""
    textbf textit textsc texttt textsf textsl textrm textmd textup textnormal text emph underline uline ul mbox hbox
    fbox rev revise revised add added gls Gls glspl ac Ac acp acs acl acf num title keywords centerline mathrm
    operatorname ensuremath uppercase lowercase MakeUppercase
""")
# They are nothing themselves: how letters look, or where lines end.
SILENT = names("""
    em bf it sc tt rm sf sl bfseries itshape scshape ttfamily rmfamily sffamily mdseries upshape slshape normalfont
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge noindent centering displaystyle xspace
    newline linebreak smallskip medskip bigskip par protect maketitle boldmath leavevmode allowbreak nobreakdash
    nolinebreak left right
""")
SILENT_WITH_ARGUMENT = names("color label vspace hspace phantom thanks")
CITATIONS = names("""
    cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite Cite Citet Citep
""")
REFERENCES = names("ref cref Cref autoref eqref")
ADDRESSES = names("url nolinkurl path")
LINKS = names("href hyperlink")
COLOURS = names("textcolor colorbox")
SCRIPTS = {"textsuperscript": "^", "textsubscript": "_"}
AROUND = {"footnote": (" (", ")"), "footnotetext": (" (", ")"), "textquote": ("“", "”"), "enquote": ("“", "”")}

ARGUMENTS = dict.fromkeys(LINKS | COLOURS, 2) | dict.fromkeys(
    SHOWING
    | SILENT_WITH_ARGUMENT
    | CITATIONS
    | REFERENCES
    | ADDRESSES
    | SCRIPTS.keys()
    | AROUND.keys()
    | {"b", "ding"},
    1,
)

WORDS = {
    "eg": "e.g.",
    "ie": "i.e.",
    "etc": "etc.",
    "etal": "et al.",
    "wrt": "w.r.t.",
    "vs": "vs.",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "percent": "%",
    "textgreater": ">",
    "textless": "<",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textbackslash": "\\",
    "textbar": "|",
    "textunderscore": "_",
    "textdegree": "°",
    "textmu": "µ",
    "textregistered": "®",
    "textcopyright": "©",
    "textdollar": "$",
    "texteuro": "€",
    "textrightarrow": "→",
    "guillemotleft": "«",
    "guillemotright": "»",
    "slash": "/",
    "quad": " ",
    "qquad": " ",
    "texttrademark": "™",
    "textendash": "–",
    "textemdash": "—",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textbullet": "•",
    "textellipsis": "…",
    "textpm": "±",
    "texttimes": "×",
}
IN_PROSE = symbols.FUNCTIONS | symbols.SYMBOLS | WORDS
IN_PROSE = {name: text for name, text in IN_PROSE.items() if name not in symbols.IN_FORMULAS_ONLY}
