/// An element of a document that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes in order, names as written, `xmlns` and prefixes included.
    pub attributes: Vec<(String, String)>,
    /// The elements in it, in order.
    pub children: Vec<Self>,
    /// Its text, decoded; white space between child elements is dropped, other white space is
    /// not.
    pub text: String,
}

impl Element {
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name, in order.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name, unchanged.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The value of an attribute, by its name as written: `xsi:type`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(attribute, _)| attribute == name)
            .map(|(_, value)| value.as_str())
    }

    /// The default namespace that it declares.
    pub fn xmlns(&self) -> Option<&str> {
        self.attribute("xmlns")
    }
}
